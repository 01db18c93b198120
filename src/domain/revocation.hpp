// A revoked token. No path accepts it again (docs/api-contract.md §1.3).
#pragma once

#include <cstddef>
#include <cstring>
#include <optional>

#include "base/bytes.hpp"
#include "base/clock.hpp"

namespace parley::domain {

/// SHA-256 of the token. A verified token has only one spelling (auth/jwt/jws.hpp), so the digest identifies it and reveals nothing.
using TokenId = Digest32;

/// For hash tables of tokens. A digest is as good as random, and an attacker would need a valid signature to choose one.
struct TokenIdHash {
  std::size_t operator()(const TokenId& token) const {
    std::size_t hash = 0;
    std::memcpy(&hash, token.data(), sizeof hash);
    return hash;
  }
};

struct Revocation {
  TokenId token{};
  std::optional<Timestamp> expires_at;  // the token is expired anyway from this time on, if the clock is right; nothing: never

  friend bool operator==(const Revocation&, const Revocation&) = default;
};

}  // namespace parley::domain
