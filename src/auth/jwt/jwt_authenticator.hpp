// Finds the user of a JSON Web Token: HS256 with a shared secret, identity from the verified claims (docs/api-contract.md §1). Only a valid
// signature with this secret gives an identity. `exp` and `nbf` are compared with the clock on every call. Asymmetric keys are not
// supported.
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
  /// `clock` must outlive the object.
  JwtAuthenticator(JwtConfig config, domain::RoleSet roles, Clock& clock);

  [[nodiscard]] std::expected<Identity, AuthFailure> authenticate(std::string_view token) override;
  [[nodiscard]] std::expected<TokenOwner, AuthFailure> owner_of(std::string_view token) override;
  void revoke(const domain::Revocation& revocation) override;

 private:
  using GoodClaims = std::expected<std::shared_ptr<const Claims>, AuthFailure>;
  /// The claims of a token that has our signature, is not revoked, and is valid at this time.
  [[nodiscard]] GoodClaims claims_in_force(std::string_view token);
  /// The claims of a token that has our signature, even if expired; null for any other token.
  [[nodiscard]] std::shared_ptr<const Claims> verify(std::string_view token);

  JwtConfig config_;
  domain::RoleSet roles_;
  Clock& clock_;
  VerifiedTokens verified_;
  RevokedTokens revoked_;
};

}  // namespace parley::auth
