// UTF-8 as the contract counts it: limits in UTF-16 code units, statistics in code points (docs/api-contract.md §4.1, §4.3).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace parley {

[[nodiscard]] bool is_valid_utf8(std::string_view text);
/// True if the text contains a character of the Unicode category Cc: U+0000 to U+001F and U+007F to U+009F. `text` must be valid UTF-8.
[[nodiscard]] bool has_control_character(std::string_view text);
/// `code_point` must be at most U+10FFFF and not a surrogate.
void append_utf8(std::string& out, std::uint32_t code_point);
/// Both counters require valid UTF-8.
[[nodiscard]] std::size_t utf16_length(std::string_view text);
[[nodiscard]] std::size_t code_point_count(std::string_view text);
/// Replaces `\ud800`-style escapes without a partner inside JSON text by `\ufffd`, in place. JSON readers refuse such escapes; the contract
/// replaces them (§4.1). The length does not change, so offsets stay valid. `digits`: the four hexadecimal digits to write.
void repair_lone_surrogate_escapes(std::string& json, std::string_view digits = "fffd");

}  // namespace parley
