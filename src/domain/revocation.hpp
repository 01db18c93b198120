// A token that was signed out: never again, by any path (docs/api-contract.md §1.3).
#pragma once

#include <optional>

#include "base/bytes.hpp"
#include "base/clock.hpp"

namespace parley::domain {

/// SHA-256 of the token. A verified token has one spelling only (auth/jwt/jws.hpp), so this names it and tells nothing of it.
using TokenId = Digest32;

struct Revocation {
  TokenId token{};
  std::optional<Timestamp> expires_at;  // from then on the token is dead anyway and the revocation may be forgotten; nothing: never

  friend bool operator==(const Revocation&, const Revocation&) = default;
};

}  // namespace parley::domain
