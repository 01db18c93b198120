// Reads the claims of a verified token (docs/api-contract.md §1.1). JSON in, claims out; no signature, no clock.
#pragma once

#include <expected>
#include <optional>
#include <string_view>

#include "auth/authenticator.hpp"
#include "auth/jwt/jwt_config.hpp"
#include "base/clock.hpp"
#include "domain/role.hpp"
#include "domain/user.hpp"

namespace parley::auth {

/// Failures are kept as values: an expired token is invalid even if its user is missing, so the time is checked first.
struct Claims {
  std::expected<UserId, AuthFailure> id;          // user_not_found: missing or null; invalid: not a user id
  std::expected<domain::User, AuthFailure> user;  // as `id`; also invalid if the role is missing or unknown to the deployment
  std::optional<double> expires_at;               // `exp`, seconds since the epoch; RFC 7519 §2 allows fractions
  std::optional<double> not_before;               // `nbf`
  domain::TokenId token{};                        // id of the token; set by the code that verified it
};

/// Returns nothing if the payload is not a JSON object, or if `exp` or `nbf` exists and is not a number. An `email` or `name` that is not
/// text or is too long counts as not given. U+FFFD replaces a lone surrogate in them; an id or a role with a lone surrogate is invalid.
[[nodiscard]] std::optional<Claims> parse_claims(std::string_view payload, const ClaimNames& names, const domain::RoleSet& roles);

/// No leeway: a token is invalid from the second in its `exp` on, and valid from the second in its `nbf` on.
[[nodiscard]] bool in_force(const Claims& claims, Timestamp now);
/// The first moment from which `in_force` is always false. Nothing if there is no `exp`, or if a Timestamp cannot hold it.
[[nodiscard]] std::optional<Timestamp> end_of_force(const Claims& claims);

}  // namespace parley::auth
