// UTF-8 as the contract counts it: limits in UTF-16 code units, statistics in code points (docs/api-contract.md §4.1, §4.3).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace parley {

[[nodiscard]] bool is_valid_utf8(std::string_view text);
/// Whether a character of the Unicode category Cc is in it: U+0000 to U+001F and U+007F to U+009F. Wants valid UTF-8.
[[nodiscard]] bool has_control_character(std::string_view text);
/// `code_point` is at most U+10FFFF and no surrogate.
void append_utf8(std::string& out, std::uint32_t code_point);
/// Both counters want valid UTF-8.
[[nodiscard]] std::size_t utf16_length(std::string_view text);
[[nodiscard]] std::size_t code_point_count(std::string_view text);
/// Replaces `\ud800`-style escapes without a partner inside JSON text by `\ufffd`, in place: JSON readers refuse them,
/// the contract replaces them (§4.1). Same length, so offsets stay. `digits`: four hexadecimal digits that stand there afterwards.
void repair_lone_surrogate_escapes(std::string& json, std::string_view digits = "fffd");

}  // namespace parley
