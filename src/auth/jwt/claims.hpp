// What a verified token says, read into values (docs/api-contract.md §1.1). JSON in, claims out; no signature, no clock.
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

/// Failures are kept as values, because a token that is not in force is invalid whoever it names.
struct Claims {
  std::expected<UserId, AuthFailure> id;          // user_not_found: missing or null; invalid: no user id
  std::expected<domain::User, AuthFailure> user;  // as `id`; invalid too when the role is missing or not one of the deployment's
  std::optional<double> expires_at;               // `exp`, seconds since the epoch; RFC 7519 §2 allows fractions
  std::optional<double> not_before;               // `nbf`
  domain::TokenId token{};                        // of the token they came in; whoever verified it fills it in
};

/// Nothing when the payload is no JSON object, or `exp` or `nbf` is there and no number. An `email` or `name` that is no text, or
/// longer than its limit, counts as not given; U+FFFD takes the place of a lone surrogate in them. An id or a role with one is invalid.
[[nodiscard]] std::optional<Claims> parse_claims(std::string_view payload, const ClaimNames& names, const domain::RoleSet& roles);

/// No leeway: a token is dead in the second its `exp` names and alive from the second its `nbf` names on.
[[nodiscard]] bool in_force(const Claims& claims, Timestamp now);
/// The first moment at which `in_force` is false for good; nothing: it has no `exp`, or one beyond what a Timestamp can say.
[[nodiscard]] std::optional<Timestamp> end_of_force(const Claims& claims);

}  // namespace parley::auth
