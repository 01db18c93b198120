// Replaces lone surrogate escapes in JSON text. JavaScript's JSON.parse accepts `"\ud800"`; JSON readers that produce UTF-8 refuse it. The
// contract requires U+FFFD (docs/api-contract.md §4.1). This works on the text before parsing: a backslash has a meaning only inside a JSON
// string, and the parser refuses a text with a backslash elsewhere.
#include <cstdint>
#include <optional>

#include "base/surrogates.hpp"
#include "base/utf8.hpp"

namespace parley {
namespace {

constexpr std::size_t escape_bytes = 6;  // backslash, u, four digits

/// The code unit of the `\uXXXX` at `offset`; nothing if there is none.
std::optional<std::uint16_t> unit_at(std::string_view json, std::size_t offset) {
  if (offset + escape_bytes > json.size() || json[offset] != '\\' || json[offset + 1] != 'u') return std::nullopt;
  unsigned unit = 0;
  for (const char digit : json.substr(offset + 2, 4)) {
    unsigned value = 0;
    if (digit >= '0' && digit <= '9') {
      value = static_cast<unsigned>(digit - '0');
    } else if (digit >= 'a' && digit <= 'f') {
      value = static_cast<unsigned>(digit - 'a') + 10;
    } else if (digit >= 'A' && digit <= 'F') {
      value = static_cast<unsigned>(digit - 'A') + 10;
    } else {
      return std::nullopt;
    }
    unit = unit * 16 + value;
  }
  return static_cast<std::uint16_t>(unit);
}

}  // namespace

void repair_lone_surrogate_escapes(std::string& json, std::string_view digits) {
  std::size_t offset = json.find('\\');
  while (offset != std::string::npos) {
    const auto unit = unit_at(json, offset);
    std::size_t next = offset + 2;  // any other escape, an escaped backslash included, is a backslash and one character
    if (unit) {
      next = offset + escape_bytes;
      const auto partner = is_high_surrogate(*unit) ? unit_at(json, next) : std::nullopt;
      if (partner && is_low_surrogate(*partner)) {
        next += escape_bytes;
      } else if (is_high_surrogate(*unit) || is_low_surrogate(*unit)) {
        json.replace(offset + 2, 4, digits);
      }
    }
    offset = json.find('\\', next);
  }
}

}  // namespace parley
