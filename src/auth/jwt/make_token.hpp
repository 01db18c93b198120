// Issues tokens for trials: `parley token`, `parley demo`, tests. A deployment has its own issuer.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "auth/jwt/jwt_config.hpp"
#include "base/clock.hpp"
#include "base/entropy.hpp"
#include "domain/user.hpp"

namespace parley::auth {

struct TokenRequest {
  domain::User user;  // empty email and name are omitted
  Timestamp issued_at{};
  std::optional<Timestamp> expires_at;  // cut to whole seconds
  /// The claim `jti`, which makes every token unique; empty: omitted. Without it, two tokens of one user from the same second are the same
  /// text, and signing out one of them revokes both.
  std::string token_id;
};

/// 128 random bits for `token_id`.
[[nodiscard]] std::string new_token_id(Entropy& entropy);

/// `names`: the claim names that the server reads. A name with dots is written as one member, because servers look there first.
[[nodiscard]] std::string make_token(const TokenRequest& request, std::string_view secret, const ClaimNames& names = {});

}  // namespace parley::auth
