// Percent-coding of paths and queries (RFC 3986 §2.1), as in ECMAScript's decodeURIComponent and the query parsers of browsers.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace parley::http_api {

/// Nothing if a `%` is not followed by two hexadecimal digits, or if the result is not UTF-8.
[[nodiscard]] std::optional<std::string> percent_decoded(std::string_view text);

/// The first parameter of that name in a query. `+` is a space. A value that cannot be decoded is returned as sent.
[[nodiscard]] std::optional<std::string> query_value(std::string_view query, std::string_view name);

}  // namespace parley::http_api
