// Tokens that the load client signs for the users it invents (HS256, docs/api-contract.md §1.1). Signing only; who verifies is auth/jwt.
#pragma once

#include <string>
#include <string_view>

namespace parley::bench {

struct TokenClaims {
  std::string_view user_id;  // <oid>
  std::string_view role;
};

/// A token without `exp`: it is valid for as long as the benchmark's secret is.
[[nodiscard]] std::string sign_token(std::string_view secret, const TokenClaims& claims);

}  // namespace parley::bench
