// Who a JSON Web Token belongs to: HS256 by a shared secret, identity from the verified claims (docs/api-contract.md §1).
// Promises that nothing but a good signature by this secret gives an identity, and that `exp` and `nbf` are asked of the clock on
// every call. Leaves out asymmetric keys.
#pragma once

#include <string>

#include "auth/authenticator.hpp"
#include "auth/jwt/claims.hpp"
#include "auth/jwt/jwt_config.hpp"
#include "auth/jwt/revoked_tokens.hpp"
#include "auth/jwt/verified_tokens.hpp"
#include "base/clock.hpp"
#include "domain/role.hpp"

namespace parley::auth {

class JwtAuthenticator final : public Authenticator {
 public:
  /// `clock` must outlive it.
  JwtAuthenticator(JwtConfig config, domain::RoleSet roles, Clock& clock);

  [[nodiscard]] std::expected<Identity, AuthFailure> authenticate(std::string_view token) override;
  [[nodiscard]] std::expected<TokenOwner, AuthFailure> owner_of(std::string_view token) override;
  void revoke(const domain::Revocation& revocation) override;

 private:
  using GoodClaims = std::expected<std::shared_ptr<const Claims>, AuthFailure>;
  /// The claims of a token that carries our signature, is not revoked and in force.
  [[nodiscard]] GoodClaims claims_in_force(std::string_view token);
  /// The claims of a token that carries our signature, in force or not; null for any other.
  [[nodiscard]] std::shared_ptr<const Claims> verify(std::string_view token);

  JwtConfig config_;
  domain::RoleSet roles_;
  Clock& clock_;
  VerifiedTokens verified_;
  RevokedTokens revoked_;
};

}  // namespace parley::auth
