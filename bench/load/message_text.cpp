#include "load/message_text.hpp"

#include <algorithm>
#include <array>

#include "load/random.hpp"

namespace parley::bench {

namespace {

constexpr std::size_t letters_size = 4096;  // four texts of 1000 units: slices differ, and the block stays in the cache

std::array<char, letters_size> make_letters() {
  constexpr std::string_view alphabet = "abcdefghijklmnopqrstuvwxyz ABCDEFGHIJKLMNOPQRSTUVWXYZ.,-0123456789";
  std::array<char, letters_size> letters;
  Random random(1);
  for (char& letter : letters) letter = alphabet[random.below(alphabet.size())];
  return letters;
}

const std::array<char, letters_size>& letters() {
  static const auto block = make_letters();
  return block;
}

/// `size` letters; at most half the block.
std::string_view letters_of(MessageKey key, std::size_t size) {
  const std::size_t from = (key.sender * 31u + key.number * 7u) % (letters_size / 2);
  return std::string_view(letters().data(), letters_size).substr(from, size);
}

void append_hex(std::string& out, std::uint32_t value) {
  constexpr std::string_view digits = "0123456789abcdef";
  for (int shift = 28; shift >= 0; shift -= 4) out.push_back(digits[(value >> shift) & 0xf]);
}

std::optional<std::uint32_t> parse_hex(std::string_view text) {
  std::uint32_t value = 0;
  for (const char digit : text) {
    if (digit >= '0' && digit <= '9') {
      value = value << 4 | static_cast<std::uint32_t>(digit - '0');
    } else if (digit >= 'a' && digit <= 'f') {
      value = value << 4 | static_cast<std::uint32_t>(digit - 'a' + 10);
    } else {
      return std::nullopt;
    }
  }
  return value;
}

}  // namespace

void append_tag(std::string& out, std::uint32_t run, MessageKey key) {
  append_hex(out, run);
  append_hex(out, key.sender);
  append_hex(out, key.number);
}

std::optional<MessageKey> parse_tag(std::string_view tag, std::uint32_t run) {
  if (tag.size() != tag_size) return std::nullopt;
  const auto tag_run = parse_hex(tag.substr(0, 8));
  const auto sender = parse_hex(tag.substr(8, 8));
  const auto number = parse_hex(tag.substr(16, 8));
  if (!tag_run || *tag_run != run || !sender || !number) return std::nullopt;
  return MessageKey{*sender, *number};
}

ObjectId id_of_tag(std::uint32_t run, MessageKey key) {
  ObjectId id;
  for (std::size_t index = 0; index < 4; ++index) {
    const std::size_t shift = 24 - 8 * index;
    id.bytes[index] = static_cast<std::uint8_t>(run >> shift);
    id.bytes[4 + index] = static_cast<std::uint8_t>(key.sender >> shift);
    id.bytes[8 + index] = static_cast<std::uint8_t>(key.number >> shift);
  }
  return id;
}

void append_text(std::string& out, std::uint32_t run, MessageKey key, std::size_t size) {
  const std::size_t begin = out.size();
  append_tag(out, run, key);
  if (size > tag_size) {
    out.push_back(' ');
    out.append(letters_of(key, size - tag_size - 1));
  }
  out.resize(begin + size);
}

bool is_text(std::string_view text, std::uint32_t run, MessageKey key, std::size_t size) {
  if (text.size() != size) return false;
  if (size >= tag_size) {
    if (parse_tag(text.substr(0, tag_size), run) != key) return false;
    return size == tag_size || (text[tag_size] == ' ' && text.substr(tag_size + 1) == letters_of(key, size - tag_size - 1));
  }
  std::string expected;
  append_text(expected, run, key, size);
  return text == expected;
}

}  // namespace parley::bench
