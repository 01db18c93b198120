// Settings of a deployment for tokens. Filled by `config`.
#pragma once

#include <string>

namespace parley::auth {

/// The names of the claims that describe the user. A name is first looked up unchanged, then as a path. Each dot enters an object:
/// `realm_access.role` is the member `role` of the member `realm_access`.
struct ClaimNames {
  std::string id;  // empty: `id`, and `sub` if there is no `id` (docs/api-contract.md §1.1)
  std::string role = "role";
  std::string email = "email";
  std::string name = "name";
};

struct JwtConfig {
  std::string secret;  // shared with the issuer of tokens; at least limits::jwt_secret_bytes_min
  ClaimNames claims{};
};

}  // namespace parley::auth
