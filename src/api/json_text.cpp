#include "api/json_text.hpp"

#include <cstdint>
#include <optional>

#include "base/surrogates.hpp"
#include "base/utf8.hpp"

namespace parley::api::json_text {
namespace {

std::optional<std::uint32_t> hex4(std::string_view text, std::size_t at) {
  if (at + 4 > text.size()) return std::nullopt;
  std::uint32_t value = 0;
  for (const char c : text.substr(at, 4)) {
    value <<= 4;
    if (c >= '0' && c <= '9')
      value |= static_cast<std::uint32_t>(c - '0');
    else if (c >= 'a' && c <= 'f')
      value |= static_cast<std::uint32_t>(c - 'a' + 10);
    else if (c >= 'A' && c <= 'F')
      value |= static_cast<std::uint32_t>(c - 'A' + 10);
    else
      return std::nullopt;
  }
  return value;
}

/// Decodes the four digits after `\u` at `at` and returns the place after them. Two escapes that form a pair make one code point.
std::size_t append_unicode_escape(std::string& out, std::string_view inside, std::size_t at) {
  constexpr std::uint32_t replacement = 0xFFFD;
  const auto first = hex4(inside, at);
  if (!first) return at;
  at += 4;
  const bool high = is_high_surrogate(*first);
  if (high && inside.substr(at, 2) == "\\u") {
    const auto second = hex4(inside, at + 2);
    if (second && is_low_surrogate(*second)) {
      append_utf8(out, code_point_of(*first, *second));
      return at + 6;
    }
  }
  append_utf8(out, high || is_low_surrogate(*first) ? replacement : *first);
  return at;
}

char unescaped(char letter) {
  switch (letter) {
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return letter;  // `"`, `\`, `/`
  }
}

}  // namespace

std::size_t skip_space(std::string_view text, std::size_t at) {
  while (at < text.size() && (text[at] == ' ' || text[at] == '\n' || text[at] == '\r' || text[at] == '\t')) ++at;
  return at;
}

std::size_t skip_string(std::string_view text, std::size_t at) {
  for (std::size_t from = at + 1;;) {
    const std::size_t quote = text.find('"', from);
    if (quote == npos) return npos;
    std::size_t backslashes = 0;
    while (text[quote - 1 - backslashes] == '\\') ++backslashes;  // the opening quote ends this loop
    if (backslashes % 2 == 0) return quote + 1;
    from = quote + 1;
  }
}

std::size_t skip_value(std::string_view text, std::size_t at) {
  std::size_t depth = 0;
  while (at < text.size()) {
    const char c = text[at];
    if (c == '"') {
      at = skip_string(text, at);
      if (at == npos || depth == 0) return at;
    } else if (c == '{' || c == '[') {
      ++depth;
      ++at;
    } else if (c == '}' || c == ']') {
      if (depth <= 1) return depth == 0 ? at : at + 1;
      --depth;
      ++at;
    } else if (depth == 0) {
      const std::size_t end = text.find_first_of(",}] \n\r\t", at);
      return end == npos ? text.size() : end;
    } else {
      const std::size_t next = text.find_first_of("\"{}[]", at);
      at = next == npos ? text.size() : next;
    }
  }
  return depth == 0 ? text.size() : npos;
}

std::string decode_string(std::string_view inside) {
  std::string out;
  out.reserve(inside.size());
  for (std::size_t at = 0; at < inside.size();) {
    const std::size_t escape = inside.find('\\', at);
    out.append(inside.substr(at, escape == npos ? npos : escape - at));
    if (escape == npos || escape + 1 >= inside.size()) break;
    const char letter = inside[escape + 1];
    at = escape + 2;
    if (letter == 'u')
      at = append_unicode_escape(out, inside, at);
    else
      out.push_back(unescaped(letter));
  }
  return out;
}

}  // namespace parley::api::json_text
