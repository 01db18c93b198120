// Percent-coding of paths and queries (RFC 3986 §2.1), as ECMAScript's decodeURIComponent and the query parsers of the web do it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace parley::http_api {

/// Nothing when a `%` has no two hexadecimal digits behind it, or the result is not UTF-8.
[[nodiscard]] std::optional<std::string> percent_decoded(std::string_view text);

/// The first parameter of that name in a query; `+` is a space; what cannot be decoded stays as sent.
[[nodiscard]] std::optional<std::string> query_value(std::string_view query, std::string_view name);

}  // namespace parley::http_api
