#include "auth/jwt/jwt_authenticator.hpp"

#include "auth/jwt/jws.hpp"

namespace parley::auth {

JwtAuthenticator::JwtAuthenticator(JwtConfig config, domain::RoleSet roles, Clock& clock)
    : config_(std::move(config)), roles_(std::move(roles)), clock_(clock) {}

std::expected<domain::User, AuthFailure> JwtAuthenticator::authenticate(std::string_view token) {
  const auto claims = verify(token);
  if (claims == nullptr || !in_force(*claims, clock_.now())) return std::unexpected(AuthFailure::invalid);
  return claims->user;
}

std::shared_ptr<const Claims> JwtAuthenticator::verify(std::string_view token) {
  if (auto known = verified_.find(token)) return known;
  const auto payload = verified_payload(token, config_.secret);
  if (!payload) return nullptr;
  auto claims = parse_claims(*payload, roles_);
  if (!claims) return nullptr;
  auto shared = std::make_shared<const Claims>(*std::move(claims));
  verified_.remember(token, shared);
  return shared;
}

}  // namespace parley::auth
