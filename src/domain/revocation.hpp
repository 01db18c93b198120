// A token that was signed out: never again, by any path (docs/api-contract.md §1.3).
#pragma once

#include <cstddef>
#include <cstring>
#include <optional>

#include "base/bytes.hpp"
#include "base/clock.hpp"

namespace parley::domain {

/// SHA-256 of the token. A verified token has one spelling only (auth/jwt/jws.hpp), so this names it and tells nothing of it.
using TokenId = Digest32;

/// For tables of tokens: a digest is as good as random, and who could choose it would have to sign.
struct TokenIdHash {
  std::size_t operator()(const TokenId& token) const {
    std::size_t hash = 0;
    std::memcpy(&hash, token.data(), sizeof hash);
    return hash;
  }
};

struct Revocation {
  TokenId token{};
  std::optional<Timestamp> expires_at;  // from then on the token is dead anyway, by a clock that is right; nothing: never

  friend bool operator==(const Revocation&, const Revocation&) = default;
};

}  // namespace parley::domain
