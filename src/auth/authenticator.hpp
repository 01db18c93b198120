// Finds the user of a token. The interface; auth/jwt implements it.
#pragma once

#include <cstdint>
#include <expected>
#include <string_view>

#include "base/ids.hpp"
#include "domain/revocation.hpp"
#include "domain/user.hpp"

namespace parley::auth {

enum class AuthFailure : std::uint8_t { invalid, revoked, user_not_found };

/// The user in a verified token, and the data to revoke the token.
struct Identity {
  domain::User user;
  domain::Revocation token;
};

/// The user id in a verified token, and the data to revoke the token. Other facts about the user come from a user store.
struct TokenOwner {
  UserId user;
  domain::Revocation token;
};

class Authenticator {
 public:
  virtual ~Authenticator() = default;
  /// Verifies a JSON Web Token (RFC 7519) by docs/api-contract.md §1.1 and returns its user. Never blocks. Threads: any.
  [[nodiscard]] virtual std::expected<Identity, AuthFailure> authenticate(std::string_view token) = 0;
  /// As authenticate, but requires only the claim `id`. Role, e-mail and name may be missing or have any value. Never blocks. Threads:
  /// any.
  [[nodiscard]] virtual std::expected<TokenOwner, AuthFailure> owner_of(std::string_view token) = 0;
  /// Once this returns, the token is `revoked`. Only this process remembers it; store/revocation_record.hpp keeps revocations across
  /// restarts. Never blocks. Threads: any.
  virtual void revoke(const domain::Revocation& revocation) = 0;
};

}  // namespace parley::auth
