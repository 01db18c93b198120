// Bytes are std::string and std::string_view everywhere. RocksDB, Beast and simdjson take these types, so nothing is converted. Text
// encodings of bytes are here.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace parley {

using Bytes = std::string;
using BytesView = std::string_view;

using Digest32 = std::array<std::uint8_t, 32>;  // SHA-256, or an HMAC of it
using Key16 = std::array<std::uint8_t, 16>;
using Secret32 = std::array<std::uint8_t, 32>;

template <std::size_t N>
[[nodiscard]] inline BytesView view_of(const std::array<std::uint8_t, N>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), N};
}

/// Lower-case hexadecimal.
[[nodiscard]] std::string to_hex(BytesView bytes);
/// Accepts both cases. Returns nothing if the length is odd or a character is not a hexadecimal digit.
[[nodiscard]] std::optional<Bytes> from_hex(std::string_view text);

/// RFC 4648 §4, with padding.
[[nodiscard]] std::string to_base64(BytesView bytes);
/// RFC 4648 §4. Padding may be missing. Returns nothing if a character is not in the alphabet.
[[nodiscard]] std::optional<Bytes> from_base64(std::string_view text);
/// RFC 4648 §5, without padding, as RFC 7515 requires.
[[nodiscard]] std::string to_base64url(BytesView bytes);
/// RFC 4648 §5. Returns nothing if a character is not in the alphabet or if padding is present.
[[nodiscard]] std::optional<Bytes> from_base64url(std::string_view text);

}  // namespace parley
