#include "base/unicode_text.hpp"

#include <cstddef>
#include <cstdint>

#include "base/surrogates.hpp"
#include "base/utf8.hpp"

namespace parley {
namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
constexpr std::uint32_t replacement = 0xfffd;
constexpr std::uint32_t code_point_max = 0x10ffff;

/// Bytes as units of two or four bytes. `at` must be below count().
struct Units {
  std::string_view bytes;
  std::size_t width;
  bool big_endian;

  [[nodiscard]] std::size_t count() const { return bytes.size() / width; }
  [[nodiscard]] std::uint32_t operator[](std::size_t at) const {
    std::uint32_t unit = 0;
    for (std::size_t index = 0; index < width; ++index) {
      const std::size_t place = big_endian ? index : width - 1 - index;
      unit = unit << 8 | static_cast<std::uint8_t>(bytes[at * width + place]);
    }
    return unit;
  }
};

std::string to_utf8(const Units& units) {
  std::string text;
  text.reserve(units.bytes.size());
  for (std::size_t at = 0; at < units.count(); ++at) {
    std::uint32_t code_point = units[at];
    const bool has_partner = units.width == 2 && is_high_surrogate(code_point) && at + 1 < units.count() && is_low_surrogate(units[at + 1]);
    if (has_partner) {
      code_point = code_point_of(code_point, units[++at]);
    } else if (is_high_surrogate(code_point) || is_low_surrogate(code_point) || code_point > code_point_max) {
      code_point = replacement;
    }
    append_utf8(text, code_point);
  }
  if (units.bytes.size() % units.width != 0) append_utf8(text, replacement);
  return text;
}

bool is_big_endian(std::string_view bytes, std::string_view order) {
  if (!order.empty()) return order == "be";
  return bytes.starts_with('\0') || bytes.starts_with('\xfe');
}

}  // namespace

std::string decode_unicode(std::string bytes, std::string_view charset) {
  const auto name = charset.substr(0, 6);
  const auto order = charset.substr(name.size());
  const bool in_units = (name == "utf-16" || name == "utf-32") && (order.empty() || order == "le" || order == "be");
  if (in_units) bytes = to_utf8({bytes, name == "utf-16" ? std::size_t{2} : std::size_t{4}, is_big_endian(bytes, order)});
  if (bytes.starts_with(byte_order_mark)) bytes.erase(0, byte_order_mark.size());
  return bytes;
}

}  // namespace parley
