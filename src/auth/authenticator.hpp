// Who a token belongs to. The port; auth/jwt implements it.
#pragma once

#include <cstdint>
#include <expected>
#include <string_view>

#include "base/ids.hpp"
#include "domain/revocation.hpp"
#include "domain/user.hpp"

namespace parley::auth {

enum class AuthFailure : std::uint8_t { invalid, revoked, user_not_found };

/// What a verified token says, and what would revoke it.
struct Identity {
  domain::User user;
  domain::Revocation token;
};

/// Whom a verified token names, and what would revoke it; who that is, a user store says.
struct TokenOwner {
  UserId user;
  domain::Revocation token;
};

class Authenticator {
 public:
  virtual ~Authenticator() = default;
  /// Verifies a JSON Web Token (RFC 7519) as docs/api-contract.md §1.1 says and tells whose it is. Never blocks. Threads: any.
  [[nodiscard]] virtual std::expected<Identity, AuthFailure> authenticate(std::string_view token) = 0;
  /// As authenticate, but asks no more of the claims than `id`: role, e-mail and name may be missing or anything. Never blocks. Threads:
  /// any.
  [[nodiscard]] virtual std::expected<TokenOwner, AuthFailure> owner_of(std::string_view token) = 0;
  /// From the moment this returns the token is `revoked`. Remembered by this process; that it is again after a restart is
  /// store/revocation_record.hpp's business. Never blocks. Threads: any.
  virtual void revoke(const domain::Revocation& revocation) = 0;
};

}  // namespace parley::auth
