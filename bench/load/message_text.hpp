// Identifies sender and message from the text alone. Every message of a run is a function of (run, sender, number, size). So any live or
// stored copy can be checked without remembering the sent messages.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/ids.hpp"

namespace parley::bench {

/// The `number`-th message (0-based) of the `sender`-th sender (0-based) of a run.
struct MessageKey {
  std::uint32_t sender = 0;
  std::uint32_t number = 0;

  friend auto operator<=>(const MessageKey&, const MessageKey&) = default;
};

/// 24 lower-case hexadecimal digits: run, sender, number. The tag is the clientMessageId and the start of every text.
inline constexpr std::size_t tag_size = 24;

void append_tag(std::string& out, std::uint32_t run, MessageKey key);
/// Nothing if the text is not a tag, or is the tag of another run.
[[nodiscard]] std::optional<MessageKey> parse_tag(std::string_view tag, std::uint32_t run);
/// The tag as an id, for messages of servers that give messages no ids.
[[nodiscard]] ObjectId id_of_tag(std::uint32_t run, MessageKey key);

/// Texts of `size` bytes: the tag, a space, then letters that follow from the key. A text shorter than tag_size is cut. Printable ASCII
/// without quotes or backslashes, so the text has the same bytes in JSON.
void append_text(std::string& out, std::uint32_t run, MessageKey key, std::size_t size);
[[nodiscard]] bool is_text(std::string_view text, std::uint32_t run, MessageKey key, std::size_t size);

}  // namespace parley::bench
