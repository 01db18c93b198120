// Issues tokens for trying things: `parley token`, `parley demo`, tests. A deployment has its own issuer.
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
  domain::User user;  // empty email and name are left out
  Timestamp issued_at{};
  std::optional<Timestamp> expires_at;  // whole seconds count
  /// The claim `jti`, which makes the token unlike every other; empty: left out. Without it, two tokens of one user from one second are
  /// the same text, and signing one of them out revokes both.
  std::string token_id;
};

/// 128 random bits for `token_id`.
[[nodiscard]] std::string new_token_id(Entropy& entropy);

/// `names`: as the server that is to take it reads them. A name with dots is written as it stands, which is where servers look first.
[[nodiscard]] std::string make_token(const TokenRequest& request, std::string_view secret, const ClaimNames& names = {});

}  // namespace parley::auth
