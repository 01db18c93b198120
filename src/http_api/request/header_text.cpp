#include "http_api/request/header_text.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "http_api/request/percent.hpp"
#include "protocol/http/header_text.hpp"

namespace parley::http_api {

using protocol::http::equals_ignoring_case;
using protocol::http::trim_whitespace;

namespace {

char upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

std::string_view unquoted(std::string_view text) {
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') return text.substr(1, text.size() - 2);
  return text;
}

/// Removes the piece up to `separator` from the front of `rest` and returns it.
std::string_view next_piece(std::string_view& rest, char separator) {
  const auto end = rest.find(separator);
  const auto piece = rest.substr(0, end);
  rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
  return trim_whitespace(piece);
}

std::string_view strong_part(std::string_view etag) {
  return etag.starts_with("W/") ? etag.substr(2) : etag;
}

}  // namespace

std::string upper_case(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), upper);
  return result;
}

std::string printable_ascii(std::string_view text) {
  std::string result(text);
  std::ranges::replace_if(
      result,
      [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte < 0x20 || byte >= 0x7f;
      },
      '?');
  return result;
}

ContentType parse_content_type(std::string_view value) {
  ContentType result;
  result.media_type = lower_case(next_piece(value, ';'));
  while (!value.empty()) {
    auto parameter = next_piece(value, ';');
    const auto name = next_piece(parameter, '=');
    if (equals_ignoring_case(name, "charset") && result.charset.empty()) result.charset = std::string(unquoted(parameter));
  }
  return result;
}

std::optional<std::string> cookie_value(std::string_view cookies, std::string_view name) {
  while (!cookies.empty()) {
    auto pair = next_piece(cookies, ';');
    if (pair.find('=') == std::string_view::npos || next_piece(pair, '=') != name) continue;
    const auto raw = unquoted(trim_whitespace(pair));
    auto decoded = percent_decoded(raw);
    return decoded ? *std::move(decoded) : std::string(raw);
  }
  return std::nullopt;
}

bool etag_matches(std::string_view if_none_match, std::string_view etag) {
  if (trim_whitespace(if_none_match) == "*") return true;
  while (!if_none_match.empty()) {
    if (strong_part(next_piece(if_none_match, ',')) == strong_part(etag)) return true;
  }
  return false;
}

}  // namespace parley::http_api
