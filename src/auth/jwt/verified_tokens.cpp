#include "auth/jwt/verified_tokens.hpp"

#include <utility>

namespace parley::auth {

std::shared_ptr<const Claims> VerifiedTokens::find(std::string_view token) {
  return tokens_.with(token, [](auto& tokens, const auto& key) {
    const auto* const claims = tokens.use(key);
    return claims == nullptr ? nullptr : *claims;
  });
}

void VerifiedTokens::remember(std::string_view token, std::shared_ptr<const Claims> claims) {
  tokens_.with(token, [&claims](auto& tokens, const auto& key) { tokens.try_put(key, std::move(claims)); });
}

}  // namespace parley::auth
