// Small rules of HTTP header text (RFC 9110 §5), shared by the codecs.
#pragma once

#include <string_view>

namespace parley::protocol::http {

/// Compares with upper and lower case of ASCII letters treated as equal.
[[nodiscard]] bool equals_ignoring_case(std::string_view left, std::string_view right);
/// Removes spaces and tabs at both ends (RFC 9110 §5.6.3, "OWS").
[[nodiscard]] std::string_view trim_whitespace(std::string_view text);
/// Whether a comma-separated list (`keep-alive, Upgrade`) names `token`, case ignored.
[[nodiscard]] bool list_names(std::string_view list, std::string_view token);

}  // namespace parley::protocol::http
