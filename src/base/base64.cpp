// Base64 in its two alphabets. The decoders refuse every second spelling of the same bytes (RFC 4648 §3.5): a foreign character, a lone
// last character, wrong padding, or bits after the last byte that are not zero. Only the padding of from_base64 is optional.
#include "base/bytes.hpp"

namespace parley {
namespace {

constexpr std::string_view standard_alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view url_alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

using Values = std::array<std::int8_t, 256>;

constexpr Values values_of(std::string_view alphabet) {
  Values values{};
  for (auto& value : values) value = -1;
  for (std::size_t index = 0; index < alphabet.size(); ++index) {
    values[static_cast<std::uint8_t>(alphabet[index])] = static_cast<std::int8_t>(index);
  }
  return values;
}

constexpr Values standard_values = values_of(standard_alphabet);
constexpr Values url_values = values_of(url_alphabet);

std::string encode(BytesView bytes, std::string_view alphabet) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  std::uint32_t bits = 0;
  int bit_count = 0;
  for (const char byte : bytes) {
    bits = (bits << 8) | static_cast<std::uint8_t>(byte);
    bit_count += 8;
    while (bit_count >= 6) {
      bit_count -= 6;
      text.push_back(alphabet[(bits >> bit_count) & 63]);
    }
  }
  if (bit_count > 0) text.push_back(alphabet[(bits << (6 - bit_count)) & 63]);
  return text;
}

/// `text` has no padding.
std::optional<Bytes> decode(std::string_view text, const Values& values) {
  if (text.size() % 4 == 1) return std::nullopt;
  Bytes bytes;
  bytes.reserve(text.size() * 3 / 4);
  std::uint32_t bits = 0;
  int bit_count = 0;
  for (const char character : text) {
    const int value = values[static_cast<std::uint8_t>(character)];
    if (value < 0) return std::nullopt;
    bits = (bits << 6) | static_cast<std::uint32_t>(value);
    bit_count += 6;
    if (bit_count >= 8) {
      bit_count -= 8;
      bytes.push_back(static_cast<char>((bits >> bit_count) & 255));
    }
  }
  if ((bits & ((1u << bit_count) - 1)) != 0) return std::nullopt;
  return bytes;
}

}  // namespace

std::string to_base64(BytesView bytes) {
  std::string text = encode(bytes, standard_alphabet);
  while (text.size() % 4 != 0) text.push_back('=');
  return text;
}

std::optional<Bytes> from_base64(std::string_view text) {
  const std::size_t padded_size = text.size();
  while (text.ends_with('=') && padded_size - text.size() < 2) text.remove_suffix(1);
  const bool is_padded = text.size() != padded_size;
  if (is_padded && padded_size % 4 != 0) return std::nullopt;
  return decode(text, standard_values);
}

std::string to_base64url(BytesView bytes) {
  return encode(bytes, url_alphabet);
}

std::optional<Bytes> from_base64url(std::string_view text) {
  return decode(text, url_values);
}

}  // namespace parley
