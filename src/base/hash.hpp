// SHA-256, SHA-1 (ETag, RFC 6455 accept key), MD5 (only for TURN's long-term keys) and HMAC over OpenSSL, with reused contexts. Threads:
// any (contexts are per thread).
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>

#include "base/bytes.hpp"

namespace parley {

/// The digest of the concatenated pieces.
[[nodiscard]] Digest32 sha256(std::initializer_list<BytesView> pieces);
[[nodiscard]] std::array<std::uint8_t, 20> sha1(std::initializer_list<BytesView> pieces);
/// MD5 is broken as a hash. RFC 8489 §9.2.2 still derives keys with it.
[[nodiscard]] std::array<std::uint8_t, 16> md5(std::initializer_list<BytesView> pieces);
[[nodiscard]] Digest32 hmac_sha256(BytesView key, std::initializer_list<BytesView> pieces);
[[nodiscard]] std::array<std::uint8_t, 20> hmac_sha1(BytesView key, BytesView message);
/// The running time does not depend on which bytes differ.
[[nodiscard]] bool equal_constant_time(BytesView left, BytesView right);

}  // namespace parley
