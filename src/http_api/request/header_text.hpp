// Parses small header values, and makes header values from clients safe to repeat.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace parley::http_api {

[[nodiscard]] std::string upper_case(std::string_view text);  // ASCII
/// Replaces everything but printable ASCII by `?`: header bytes need not be UTF-8, JSON must be.
[[nodiscard]] std::string printable_ascii(std::string_view text);

struct ContentType {
  std::string media_type;  // lower case
  std::string charset;     // as sent, without quotes; empty: none
};
[[nodiscard]] ContentType parse_content_type(std::string_view value);

/// The value of one cookie, percent-decoded if possible. If a name is repeated, the first one counts.
[[nodiscard]] std::optional<std::string> cookie_value(std::string_view cookies, std::string_view name);

/// True if `If-None-Match` contains this weak tag (RFC 9110 §13.1.2): `*`, or a list compared without `W/`.
[[nodiscard]] bool etag_matches(std::string_view if_none_match, std::string_view etag);

}  // namespace parley::http_api
