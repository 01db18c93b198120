// Signs tokens for the users that the load client invents (HS256, docs/api-contract.md §1.1). Only signing; auth/jwt verifies.
#pragma once

#include <string>
#include <string_view>

namespace parley::bench {

struct TokenClaims {
  std::string_view user_id;  // <oid>
  std::string_view role;
};

/// A token without `exp`: valid as long as the server uses this secret.
[[nodiscard]] std::string sign_token(std::string_view secret, const TokenClaims& claims);

}  // namespace parley::bench
