// Issues tokens for trying things: `parley token`, `parley demo`, tests. A deployment has its own issuer.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "auth/jwt/jwt_config.hpp"
#include "base/clock.hpp"
#include "domain/user.hpp"

namespace parley::auth {

struct TokenRequest {
  domain::User user;  // empty email and name are left out
  Timestamp issued_at{};
  std::optional<Timestamp> expires_at;  // whole seconds count
};

/// `names`: as the server that is to take it reads them. A name with dots is written as it stands, which is where servers look first.
[[nodiscard]] std::string make_token(const TokenRequest& request, std::string_view secret, const ClaimNames& names = {});

}  // namespace parley::auth
