// Walks JSON text that someone else has already found valid, without building a tree: where does this value end, what does this
// string say. Safe on invalid text too (never reads past the end, says npos or gives what is there), but does not report it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace parley::api::json_text {

inline constexpr std::size_t npos = std::string_view::npos;

/// The first place at or behind `at` that is no white space; `text.size()` when there is none.
[[nodiscard]] std::size_t skip_space(std::string_view text, std::size_t at);
/// Behind the string whose opening quote is at `at`; npos when it does not end.
[[nodiscard]] std::size_t skip_string(std::string_view text, std::size_t at);
/// Behind the value that begins at `at`; npos when it does not end.
[[nodiscard]] std::size_t skip_value(std::string_view text, std::size_t at);
/// What a string says: `inside` is the text between its quotes. A surrogate escape without its partner becomes U+FFFD.
[[nodiscard]] std::string decode_string(std::string_view inside);

}  // namespace parley::api::json_text
