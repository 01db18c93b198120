// SHA-256, SHA-1 (ETag, RFC 6455 accept key) and HMAC over OpenSSL, with reused contexts. Threads: any (contexts are per thread).
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>

#include "base/bytes.hpp"

namespace parley {

/// The digest of the pieces, one after the other.
[[nodiscard]] Digest32 sha256(std::initializer_list<BytesView> pieces);
[[nodiscard]] std::array<std::uint8_t, 20> sha1(std::initializer_list<BytesView> pieces);
[[nodiscard]] Digest32 hmac_sha256(BytesView key, std::initializer_list<BytesView> pieces);
[[nodiscard]] std::array<std::uint8_t, 20> hmac_sha1(BytesView key, BytesView message);
/// Takes the same time whatever differs.
[[nodiscard]] bool equal_constant_time(BytesView left, BytesView right);

}  // namespace parley
