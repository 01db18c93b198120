// Decodes queries and forms: numbers, times and encoded text.
#include <charconv>
#include <limits>

#include "api/request.hpp"
#include "base/ascii.hpp"
#include "base/utf8.hpp"

namespace parley::api {
namespace {

int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// Length of the valid UTF-8 sequence at the front; 0 if there is none.
std::size_t valid_prefix(std::string_view text) {
  for (std::size_t size = 1; size <= 4 && size <= text.size(); ++size) {
    if (is_valid_utf8(text.substr(0, size))) return size;
  }
  return 0;
}

std::string with_replacements(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t size = valid_prefix(text);
    out.append(size == 0 ? std::string_view("\xEF\xBF\xBD") : text.substr(0, size));
    text.remove_prefix(size == 0 ? 1 : size);
  }
  return out;
}

}  // namespace

std::optional<std::int64_t> leading_integer(std::string_view text) {
  const std::size_t start = text.find_first_not_of(" \t\n\r\v\f");
  if (start == std::string_view::npos) return std::nullopt;
  text.remove_prefix(start);
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  if (text.empty() || !is_digit(text.front())) return std::nullopt;
  std::int64_t value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  if (parsed.ec == std::errc::result_out_of_range) value = std::numeric_limits<std::int64_t>::max();
  return negative ? -value : value;
}

std::optional<Timestamp> parse_before(std::string_view text) {
  if (text.empty() || text.find_first_not_of("0123456789") != std::string_view::npos) return parse_iso8601(text);
  // ECMAScript's time values end at ±8.64e15 (ECMA-262 §21.4.1.1). A later time is refused like any other invalid text.
  constexpr std::int64_t last_epoch_ms = 8'640'000'000'000'000;
  std::int64_t value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  if (parsed.ec != std::errc() || value > last_epoch_ms) return std::nullopt;
  return Timestamp(std::chrono::milliseconds(value));
}

std::string decode_form_text(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    const bool escape = text[at] == '%' && at + 2 < text.size() && hex_value(text[at + 1]) >= 0 && hex_value(text[at + 2]) >= 0;
    if (escape) {
      out.push_back(static_cast<char>(hex_value(text[at + 1]) * 16 + hex_value(text[at + 2])));
      at += 2;
    } else {
      out.push_back(text[at] == '+' ? ' ' : text[at]);
    }
  }
  return is_valid_utf8(out) ? out : with_replacements(out);
}

std::optional<std::string> query_value(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    const std::size_t end = query.find('&');
    const std::string_view pair = query.substr(0, end);
    const std::size_t equals = pair.find('=');
    if (decode_form_text(pair.substr(0, equals)) == name) {
      return equals == std::string_view::npos ? std::string() : decode_form_text(pair.substr(equals + 1));
    }
    query.remove_prefix(end == std::string_view::npos ? query.size() : end + 1);
  }
  return std::nullopt;
}

}  // namespace parley::api
