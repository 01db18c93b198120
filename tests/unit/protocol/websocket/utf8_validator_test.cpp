// The sequences of Autobahn's sections 6.5 to 6.23, and the whole code space, byte by byte.
#include "protocol/websocket/utf8_validator.hpp"

#include <gtest/gtest.h>

#include <string>

namespace parley::protocol::websocket {
namespace {

std::string encode(char32_t point) {  // also encodes surrogates and all numbers below 0x200000
  const auto unit = [](std::uint32_t value) { return static_cast<char>(value); };
  if (point < 0x80) return {unit(point)};
  if (point < 0x800) return {unit(0xC0 | point >> 6), unit(0x80 | (point & 0x3F))};
  if (point < 0x10000) return {unit(0xE0 | point >> 12), unit(0x80 | (point >> 6 & 0x3F)), unit(0x80 | (point & 0x3F))};
  return {unit(0xF0 | point >> 18), unit(0x80 | (point >> 12 & 0x3F)), unit(0x80 | (point >> 6 & 0x3F)), unit(0x80 | (point & 0x3F))};
}

bool valid(std::string_view text, std::size_t piece_size = SIZE_MAX) {
  Utf8Validator validator;
  while (!text.empty()) {
    const std::string_view piece = text.substr(0, piece_size);
    if (!validator.accept(piece)) {
      return false;
    }
    text.remove_prefix(piece.size());
  }
  return validator.at_boundary();
}

/// The number of bytes before the failure; npos if all are accepted.
std::size_t first_bad_byte(std::string_view text) {
  Utf8Validator validator;
  for (std::size_t index = 0; index < text.size(); ++index) {
    if (!validator.accept(text.substr(index, 1))) {
      return index;
    }
  }
  return std::string_view::npos;
}

TEST(Utf8Validator, takes_every_code_point_but_surrogates) {
  for (char32_t point = 0; point < 0x200000; ++point) {
    const bool expected = point <= 0x10FFFF && (point < 0xD800 || point > 0xDFFF);
    ASSERT_EQ(valid(encode(point)), expected) << std::hex << static_cast<std::uint32_t>(point);
  }
}

TEST(Utf8Validator, refuses_what_autobahn_refuses) {
  for (const std::string_view bad : {
           "\x80",
           "\xbf",
           "\x80\xbf",
           "\xc0 ",
           "\xfe",
           "\xff",
           "\xfe\xfe\xff\xff",  // 6.12 to 6.14, 6.16
           "\xc0\xaf",
           "\xe0\x80\xaf",
           "\xf0\x80\x80\xaf",
           "\xf8\x80\x80\x80\xaf",
           "\xfc\x80\x80\x80\x80\xaf",  // 6.17
           "\xc1\xbf",
           "\xe0\x9f\xbf",
           "\xf0\x8f\xbf\xbf",
           "\xf8\x87\xbf\xbf\xbf",  // 6.18
           "\xed\xa0\x80",
           "\xed\xad\xbf",
           "\xed\xae\x80",
           "\xed\xbf\xbf",
           "\xed\xa0\x80\xed\xb0\x80",  // 6.20, 6.21
           "\xc0",
           "\xe0\x80",
           "\xf0\x80\x80",
           "\xdf",
           "\xef\xbf",
           "\xf7\xbf\xbf",
           "\xf4\x90\x80\x80",  // 6.15, 6.9
           "\xf8\x88\x80\x80\x80",
           "\xfc\x84\x80\x80\x80\x80",
       }) {
    for (const std::size_t piece : {SIZE_MAX, std::size_t{1}, std::size_t{2}}) {
      EXPECT_FALSE(valid(bad, piece));
      EXPECT_FALSE(valid("kosme " + std::string(bad) + " and on it goes, long enough for words", piece));
    }
  }
}

TEST(Utf8Validator, takes_what_autobahn_takes) {
  for (const std::string_view good : {"", "κόσμε", "Hello-µ@ßöäüàá-UTF-8!!", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xef\xbf\xbf",
                                      "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf", "\xed\x9f\xbf", "\xee\x80\x80", "\xef\xbf\xbd"}) {
    for (const std::size_t piece : {SIZE_MAX, std::size_t{1}, std::size_t{3}}) {
      EXPECT_TRUE(valid(good, piece));
      EXPECT_TRUE(valid(std::string(good) + "ascii in words of eight" + std::string(good), piece));
    }
  }
}

TEST(Utf8Validator, fails_at_the_first_byte_that_nothing_can_mend) {
  EXPECT_EQ(first_bad_byte("ab\xf4\x90\x80\x80"), 3u);
  EXPECT_EQ(first_bad_byte("\xed\xa0\x80"), 1u);
  EXPECT_EQ(first_bad_byte("\xe0\x80\xaf"), 1u);
  EXPECT_EQ(first_bad_byte("\xc0\xaf"), 0u);
  EXPECT_EQ(first_bad_byte("\xc3 "), 1u);
  EXPECT_EQ(first_bad_byte("\xf5"), 0u);
}

TEST(Utf8Validator, stays_failed_and_is_ready_for_the_next_text_otherwise) {
  Utf8Validator validator;
  EXPECT_FALSE(validator.accept("\xff"));
  EXPECT_FALSE(validator.accept("fine"));
  EXPECT_FALSE(validator.at_boundary());
  Utf8Validator next;
  EXPECT_TRUE(next.accept("κ"));
  EXPECT_TRUE(next.at_boundary());
  EXPECT_TRUE(next.accept("ό"));
  EXPECT_TRUE(next.at_boundary());
}

}  // namespace
}  // namespace parley::protocol::websocket
