// Walks JSON text that is already known to be valid, without building a tree: finds the end of a value and decodes strings. Safe on invalid
// text: it never reads past the end, and returns npos or a part of the text. It reports no error.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace parley::api::json_text {

inline constexpr std::size_t npos = std::string_view::npos;

/// The first place at or after `at` that is not white space; `text.size()` if there is none.
[[nodiscard]] std::size_t skip_space(std::string_view text, std::size_t at);
/// The place after the string whose opening quote is at `at`; npos if the string does not end.
[[nodiscard]] std::size_t skip_string(std::string_view text, std::size_t at);
/// The place after the value that begins at `at`; npos if the value does not end.
[[nodiscard]] std::size_t skip_value(std::string_view text, std::size_t at);
/// Decodes a string. `inside` is the text between its quotes. A surrogate escape without its partner becomes U+FFFD.
[[nodiscard]] std::string decode_string(std::string_view inside);

}  // namespace parley::api::json_text
