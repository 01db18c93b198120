// Validation (Unicode 15, table 3-7) and the two ways of counting that the contract uses.
#include "base/utf8.hpp"

#include <cstdint>

#include "base/byte_words.hpp"

namespace parley {
namespace {

constexpr bool is_continuation(char byte) {
  return (static_cast<std::uint8_t>(byte) & 0xc0) == 0x80;
}

constexpr bool is_four_byte_lead(char byte) {
  return static_cast<std::uint8_t>(byte) >= 0xf0;
}

/// Counts bytes of the form 10xxxxxx.
constexpr std::size_t count_continuations(std::uint64_t word) {
  return words::count_ones((word >> 7) & ~(word >> 6) & words::filled(1));
}

/// Counts bytes of the form 1111xxxx.
constexpr std::size_t count_four_byte_leads(std::uint64_t word) {
  return words::count_ones((word >> 7) & (word >> 6) & (word >> 5) & (word >> 4) & words::filled(1));
}

bool starts_with_8_ascii(std::string_view text) {
  return text.size() >= words::size_bytes && !words::any_not_ascii(words::load(text.data()));
}

/// The lead byte decides how long the sequence is and which second bytes are allowed. This excludes overlong forms, surrogates and values
/// above U+10FFFF.
struct Lead {
  std::size_t size_bytes = 0;  // 0: no sequence starts with this byte
  std::uint8_t second_first = 0x80;
  std::uint8_t second_last = 0xbf;
};

Lead lead_of(std::uint8_t byte) {
  if (byte < 0x80) return {1};
  if (byte < 0xc2) return {0};
  if (byte < 0xe0) return {2};
  if (byte == 0xe0) return {3, 0xa0, 0xbf};
  if (byte == 0xed) return {3, 0x80, 0x9f};
  if (byte < 0xf0) return {3};
  if (byte == 0xf0) return {4, 0x90, 0xbf};
  if (byte < 0xf4) return {4};
  if (byte == 0xf4) return {4, 0x80, 0x8f};
  return {0};
}

/// The size in bytes of the valid sequence at the front of `text`; 0 if there is none.
std::size_t sequence_at_front(std::string_view text) {
  const Lead lead = lead_of(static_cast<std::uint8_t>(text.front()));
  if (lead.size_bytes <= 1) return lead.size_bytes;
  if (text.size() < lead.size_bytes) return 0;
  const auto second = static_cast<std::uint8_t>(text[1]);
  if (second < lead.second_first || second > lead.second_last) return 0;
  for (std::size_t index = 2; index < lead.size_bytes; ++index) {
    if (!is_continuation(text[index])) return 0;
  }
  return lead.size_bytes;
}

}  // namespace

bool is_valid_utf8(std::string_view text) {
  while (!text.empty()) {
    if (starts_with_8_ascii(text)) {
      text.remove_prefix(8);
      continue;
    }
    const std::size_t size_bytes = sequence_at_front(text);
    if (size_bytes == 0) return false;
    text.remove_prefix(size_bytes);
  }
  return true;
}

bool has_control_character(std::string_view text) {
  for (std::size_t index = 0; index < text.size(); ++index) {
    const auto byte = static_cast<std::uint8_t>(text[index]);
    if (byte < 0x20 || byte == 0x7f) return true;
    // U+0080 to U+009F are encoded as 0xc2 and one more byte.
    if (byte == 0xc2 && index + 1 < text.size() && static_cast<std::uint8_t>(text[index + 1]) < 0xa0) return true;
  }
  return false;
}

std::size_t utf16_length(std::string_view text) {
  std::size_t units = code_point_count(text);
  for (; text.size() >= words::size_bytes; text.remove_prefix(words::size_bytes)) units += count_four_byte_leads(words::load(text.data()));
  for (const char byte : text) units += is_four_byte_lead(byte) ? 1 : 0;  // four bytes are a surrogate pair
  return units;
}

std::size_t code_point_count(std::string_view text) {
  std::size_t count = text.size();
  for (; text.size() >= words::size_bytes; text.remove_prefix(words::size_bytes)) count -= count_continuations(words::load(text.data()));
  for (const char byte : text) count -= is_continuation(byte) ? 1 : 0;
  return count;
}

void append_utf8(std::string& out, std::uint32_t code_point) {
  const auto byte = [&out](std::uint32_t value) { out.push_back(static_cast<char>(value)); };
  if (code_point < 0x80) {
    byte(code_point);
  } else if (code_point < 0x800) {
    byte(0xC0 | code_point >> 6);
    byte(0x80 | (code_point & 0x3F));
  } else if (code_point < 0x10000) {
    byte(0xE0 | code_point >> 12);
    byte(0x80 | (code_point >> 6 & 0x3F));
    byte(0x80 | (code_point & 0x3F));
  } else {
    byte(0xF0 | code_point >> 18);
    byte(0x80 | (code_point >> 12 & 0x3F));
    byte(0x80 | (code_point >> 6 & 0x3F));
    byte(0x80 | (code_point & 0x3F));
  }
}

}  // namespace parley
