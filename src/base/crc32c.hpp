// CRC-32C (Castagnoli polynomial, RFC 3720 §12.1). It detects accidental damage. It does not detect forgery: the digest does.
#pragma once

#include <cstdint>
#include <initializer_list>

#include "base/bytes.hpp"

namespace parley {

/// The checksum of the concatenated pieces. Uses the processor's instruction if it exists.
[[nodiscard]] std::uint32_t crc32c(std::initializer_list<BytesView> pieces);
/// The same without that instruction: for other processors, and for the test that compares the two implementations.
[[nodiscard]] std::uint32_t crc32c_portable(std::initializer_list<BytesView> pieces);

}  // namespace parley
