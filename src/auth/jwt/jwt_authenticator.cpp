#include "auth/jwt/jwt_authenticator.hpp"

#include "auth/jwt/jws.hpp"
#include "base/hash.hpp"

namespace parley::auth {

JwtAuthenticator::JwtAuthenticator(JwtConfig config, domain::RoleSet roles, Clock& clock)
    : config_(std::move(config)), roles_(std::move(roles)), clock_(clock) {}

std::expected<Identity, AuthFailure> JwtAuthenticator::authenticate(std::string_view token) {
  const auto claims = claims_in_force(token);
  if (!claims) return std::unexpected(claims.error());
  if (!(*claims)->user) return std::unexpected((*claims)->user.error());
  return Identity{*(*claims)->user, {(*claims)->token, end_of_force(**claims)}};
}

std::expected<TokenOwner, AuthFailure> JwtAuthenticator::owner_of(std::string_view token) {
  const auto claims = claims_in_force(token);
  if (!claims) return std::unexpected(claims.error());
  if (!(*claims)->id) return std::unexpected((*claims)->id.error());
  return TokenOwner{*(*claims)->id, {(*claims)->token, end_of_force(**claims)}};
}

void JwtAuthenticator::revoke(const domain::Revocation& revocation) {
  revoked_.add(revocation, clock_);
}

JwtAuthenticator::GoodClaims JwtAuthenticator::claims_in_force(std::string_view token) {
  auto claims = verify(token);
  if (claims == nullptr) return std::unexpected(AuthFailure::invalid);
  if (revoked_.contains(claims->token)) return std::unexpected(AuthFailure::revoked);
  if (!in_force(*claims, clock_.now())) return std::unexpected(AuthFailure::invalid);
  return claims;
}

std::shared_ptr<const Claims> JwtAuthenticator::verify(std::string_view token) {
  if (auto known = verified_.find(token)) return known;
  const auto payload = verified_payload(token, config_.secret);
  if (!payload) return nullptr;
  auto claims = parse_claims(*payload, config_.claims, roles_);
  if (!claims) return nullptr;
  claims->token = sha256({token});
  auto shared = std::make_shared<const Claims>(*std::move(claims));
  verified_.remember(token, shared);
  return shared;
}

}  // namespace parley::auth
