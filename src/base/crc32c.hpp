// CRC-32C (Castagnoli polynomial, RFC 3720 §12.1): finds damage, proves nothing. What proves is the digest.
#pragma once

#include <cstdint>
#include <initializer_list>

#include "base/bytes.hpp"

namespace parley {

/// The checksum of the pieces, one after the other. Uses the processor's instruction where there is one.
[[nodiscard]] std::uint32_t crc32c(std::initializer_list<BytesView> pieces);
/// The same without that instruction: for other processors, and for the test that holds the two against each other.
[[nodiscard]] std::uint32_t crc32c_portable(std::initializer_list<BytesView> pieces);

}  // namespace parley
