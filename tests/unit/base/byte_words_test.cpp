// Words of eight bytes give the same answer as a check of each byte.
#include "base/byte_words.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "base/json_writer.hpp"
#include "base/utf8.hpp"

namespace parley {
namespace {

TEST(ByteWords, any_below_and_any_equal_are_exact_for_every_byte_at_every_place) {
  for (const int filler : {0x20, 0x21, 0x5b, 0x5c, 0x5d, 0x7e, 0x80, 0xff}) {
    for (std::size_t place = 0; place < words::size_bytes; ++place) {
      for (int byte = 0; byte < 256; ++byte) {
        std::string bytes(words::size_bytes, static_cast<char>(filler));
        bytes[place] = static_cast<char>(byte);
        const std::uint64_t word = words::load(bytes.data());
        const auto any = [&bytes](auto holds) {
          return std::ranges::any_of(bytes, [&](char c) { return holds(static_cast<std::uint8_t>(c)); });
        };
        ASSERT_EQ(words::any_below(word, 0x20), any([](auto c) { return c < 0x20; })) << filler << ' ' << byte;
        ASSERT_EQ(words::any_equal(word, '\\'), any([](auto c) { return c == '\\'; })) << filler << ' ' << byte;
        ASSERT_EQ(words::any_equal(word, 0x7f), any([](auto c) { return c == 0x7f; })) << filler << ' ' << byte;
        ASSERT_EQ(words::any_not_ascii(word), any([](auto c) { return c >= 0x80; })) << filler << ' ' << byte;
      }
    }
  }
}

TEST(ByteWords, ones_are_counted) {
  for (int pattern = 0; pattern < 256; ++pattern) {
    std::uint64_t word = 0;
    for (int bit = 0; bit < 8; ++bit) word |= static_cast<std::uint64_t>((pattern >> bit) & 1) << (8 * bit);
    EXPECT_EQ(words::count_ones(word), static_cast<std::size_t>(__builtin_popcount(static_cast<unsigned>(pattern))));
  }
}

TEST(ByteWords, counts_of_texts_are_the_same_at_every_length_and_offset) {
  const std::string text = "plain text, Grüße, 世界, 🙂🙂 and again: plain text, Grüße, 世界, 🙂🙂";
  for (std::size_t begin = 0; begin < text.size(); ++begin) {
    for (std::size_t end = begin; end <= text.size(); ++end) {
      std::size_t points = 0;
      std::size_t units = 0;
      for (std::size_t offset = begin; offset < end; ++offset) {
        const auto byte = static_cast<std::uint8_t>(text[offset]);
        points += (byte & 0xc0) != 0x80 ? 1 : 0;
        units += byte >= 0xf0 ? 1 : 0;
      }
      const std::string_view piece = std::string_view(text).substr(begin, end - begin);
      ASSERT_EQ(code_point_count(piece), points);
      ASSERT_EQ(utf16_length(piece), points + units);
    }
  }
}

TEST(ByteWords, an_escape_is_found_at_every_place_of_a_long_text) {
  for (const char special : {'"', '\\', '\n', '\0', '\x1f'}) {
    for (std::size_t place = 0; place < 40; ++place) {
      std::string text(40, 'x');
      text[place] = special;
      std::string json;
      append_json_string(json, text);
      EXPECT_EQ(json.substr(0, place + 2), '"' + std::string(place, 'x') + '\\') << place;
      EXPECT_TRUE(json.ends_with(std::string(39 - place, 'x') + '"')) << place;
    }
  }
}

}  // namespace
}  // namespace parley
