// What a deployment sets about tokens. Filled by `config`.
#pragma once

#include <string>

namespace parley::auth {

/// Where a token says who its user is. A name is looked for as it stands first, and then as a path: each dot reaches into an object, so
/// `realm_access.role` is the member `role` of the member `realm_access`.
struct ClaimNames {
  std::string id;  // empty: `id`, and `sub` where there is no `id` (docs/api-contract.md §1.1)
  std::string role = "role";
  std::string email = "email";
  std::string name = "name";
};

struct JwtConfig {
  std::string secret;  // shared by whoever issues tokens; at least limits::jwt_secret_bytes_min
  ClaimNames claims{};
};

}  // namespace parley::auth
