// Who a token belongs to. The port; auth/jwt implements it.
#pragma once

#include <cstdint>
#include <expected>
#include <string_view>

#include "domain/user.hpp"

namespace parley::auth {

enum class AuthFailure : std::uint8_t { invalid, revoked, user_not_found };

class Authenticator {
 public:
  virtual ~Authenticator() = default;
  /// Verifies a JSON Web Token (RFC 7519) as docs/api-contract.md §1.1 says and tells whose it is. Never blocks. Threads: any.
  [[nodiscard]] virtual std::expected<domain::User, AuthFailure> authenticate(std::string_view token) = 0;
};

}  // namespace parley::auth
