// UTF-8: every code point, every malformed form, the two counts, and lone surrogate escapes.
#include "base/utf8.hpp"

#include <gtest/gtest.h>

#include <cstdint>

namespace parley {
namespace {

/// Encodes without checks, so it also accepts surrogates and numbers beyond U+10FFFF.
std::string encoded(std::uint32_t point) {
  const auto tail = [point](int shift) { return static_cast<char>(0x80 | ((point >> shift) & 0x3f)); };
  if (point < 0x80) return {static_cast<char>(point)};
  if (point < 0x800) return {static_cast<char>(0xc0 | (point >> 6)), tail(0)};
  if (point < 0x10000) return {static_cast<char>(0xe0 | (point >> 12)), tail(6), tail(0)};
  return {static_cast<char>(0xf0 | (point >> 18)), tail(12), tail(6), tail(0)};
}

TEST(Utf8, every_code_point_but_the_surrogates_is_valid) {
  for (std::uint32_t point = 0; point <= 0x110fff; ++point) {
    const bool is_scalar = point <= 0x10ffff && (point < 0xd800 || point > 0xdfff);
    ASSERT_EQ(is_valid_utf8(encoded(point)), is_scalar) << std::hex << point;
  }
}

TEST(Utf8, malformed_sequences_are_refused_wherever_they_stand) {
  for (const auto* bad : {"\x80",
                          "\xbf",
                          "\xc0\x80",
                          "\xc1\xbf",
                          "\xc3",
                          "\xc3\x28",
                          "\xe0\x80\x80",
                          "\xe0\x9f\xbf",
                          "\xe2\x82",
                          "\xe2\x28\xa1",
                          "\xe2\x82\x28",
                          "\xed\xa0\x80",
                          "\xed\xbf\xbf",
                          "\xf0\x80\x80\x80",
                          "\xf0\x8f\xbf\xbf",
                          "\xf0\x9f\x99",
                          "\xf0\x28\x8c\xbc",
                          "\xf0\x90\x28\xbc",
                          "\xf0\x90\x8c\x28",
                          "\xf4\x90\x80\x80",
                          "\xf5\x80\x80\x80",
                          "\xf8\x88\x80\x80\x80",
                          "\xfe",
                          "\xff"}) {
    const std::string text(bad);
    EXPECT_FALSE(is_valid_utf8(text));
    EXPECT_FALSE(is_valid_utf8("eight or more plain letters" + text));
    EXPECT_FALSE(is_valid_utf8(text + "eight or more plain letters"));
    EXPECT_FALSE(is_valid_utf8("ü" + text + "🙂"));
  }
}

TEST(Utf8, a_sequence_cut_at_the_end_is_refused_at_every_cut) {
  const std::string text = "plain text, Grüße, 世界, 🙂";
  for (std::size_t size = 0; size <= text.size(); ++size) {
    const bool is_cut_inside = size < text.size() && (static_cast<std::uint8_t>(text[size]) & 0xc0) == 0x80;
    EXPECT_EQ(is_valid_utf8(text.substr(0, size)), !is_cut_inside) << size;
  }
}

TEST(Utf8, the_empty_text_and_zero_bytes_are_valid) {
  EXPECT_TRUE(is_valid_utf8(""));
  EXPECT_TRUE(is_valid_utf8(std::string(20, '\0')));
}

TEST(Utf8, lengths_are_counted_in_utf16_units_and_in_code_points) {
  struct Row {
    std::string text;
    std::size_t units;
    std::size_t points;
  };
  for (const Row& row : {Row{"", 0, 0}, Row{"abc", 3, 3}, Row{"ü", 1, 1}, Row{"世界", 2, 2}, Row{"🙂", 2, 1}, Row{"a🙂b", 4, 3},
                         Row{"\xef\xbf\xbf", 1, 1}, Row{"\xf0\x90\x80\x80", 2, 1}, Row{"e\xcc\x81", 2, 2}}) {
    EXPECT_EQ(utf16_length(row.text), row.units) << row.text;
    EXPECT_EQ(code_point_count(row.text), row.points) << row.text;
  }
}

TEST(Utf8, counts_agree_with_the_definition_for_every_code_point) {
  for (std::uint32_t point = 0; point <= 0x10ffff; point += 37) {
    if (point >= 0xd800 && point <= 0xdfff) continue;
    EXPECT_EQ(utf16_length(encoded(point)), point < 0x10000 ? 1u : 2u);
    EXPECT_EQ(code_point_count(encoded(point)), 1u);
  }
}

std::string repaired(std::string json) {
  const std::size_t size = json.size();
  repair_lone_surrogate_escapes(json);
  EXPECT_EQ(json.size(), size) << "offsets must stay";
  return json;
}

TEST(LoneSurrogates, an_escape_without_partner_is_replaced) {
  EXPECT_EQ(repaired(R"(["\ud800"])"), R"(["\ufffd"])");
  EXPECT_EQ(repaired(R"(["\udc00"])"), R"(["\ufffd"])");
  EXPECT_EQ(repaired(R"(["a\udbffb\udfffc"])"), R"(["a\ufffdb\ufffdc"])");
}

TEST(LoneSurrogates, a_pair_stays) {
  EXPECT_EQ(repaired(R"(["\ud83d\ude42"])"), R"(["\ud83d\ude42"])");
  EXPECT_EQ(repaired(R"(["\uD83D\uDE42"])"), R"(["\uD83D\uDE42"])");
  EXPECT_EQ(repaired(R"(["\ud83D\uDe42\ud83d\ude42"])"), R"(["\ud83D\uDe42\ud83d\ude42"])");
}

TEST(LoneSurrogates, upper_and_lower_case_are_the_same) {
  EXPECT_EQ(repaired(R"("\uD800")"), R"("\ufffd")");
  EXPECT_EQ(repaired(R"("\uDFFF")"), R"("\ufffd")");
  EXPECT_EQ(repaired(R"("\uDbFf")"), R"("\ufffd")");
}

TEST(LoneSurrogates, a_pair_in_the_wrong_order_is_two_lone_ones) {
  EXPECT_EQ(repaired(R"("\ude42\ud83d")"), R"("\ufffd\ufffd")");
}

TEST(LoneSurrogates, two_high_ones_before_a_low_one_leave_the_pair) {
  EXPECT_EQ(repaired(R"("\ud83d\ud83d\ude42")"), R"("\ufffd\ud83d\ude42")");
  EXPECT_EQ(repaired(R"("\ud83d\ude42\ude42")"), R"("\ud83d\ude42\ufffd")");
}

TEST(LoneSurrogates, an_escaped_backslash_begins_no_escape) {
  EXPECT_EQ(repaired(R"("\\ud800")"), R"("\\ud800")");
  EXPECT_EQ(repaired(R"("\\\ud800")"), R"("\\\ufffd")");
  EXPECT_EQ(repaired(R"("\\\\ud800")"), R"("\\\\ud800")");
  EXPECT_EQ(repaired(R"("\ud83d\\ude42")"), R"("\ufffd\\ude42")");
}

TEST(LoneSurrogates, the_partner_must_follow_at_once) {
  EXPECT_EQ(repaired(R"("\ud83d \ude42")"), R"("\ufffd \ufffd")");
  EXPECT_EQ(repaired(R"("\ud83d\n\ude42")"), R"("\ufffd\n\ufffd")");
  EXPECT_EQ(repaired(R"(["\ud83d","\ude42"])"), R"(["\ufffd","\ufffd"])");
}

TEST(LoneSurrogates, other_escapes_and_texts_stay) {
  for (const auto* json : {R"("\n\t\"\\\/\b\f\r")", R"("\u0041\ue000\ud7ff\uffff")", R"({"a":[1,2.5,true,null]})", "", "\"Grüße 🙂\""}) {
    EXPECT_EQ(repaired(json), json);
  }
}

TEST(LoneSurrogates, names_of_members_are_repaired_as_well) {
  EXPECT_EQ(repaired(R"({"\ud800":1})"), R"({"\ufffd":1})");
}

TEST(LoneSurrogates, text_that_is_no_json_is_survived) {
  for (const auto* text :
       {"\\", "\\u", "\\ud", "\\ud8", "\\ud80", "\\ud80g", "\\ud800\\", "\\ud800\\u", "\\ud800\\udc0", "\"\\", "\\u\\ud800"}) {
    std::string json(text);
    repair_lone_surrogate_escapes(json);
    EXPECT_EQ(json.size(), std::string_view(text).size());
  }
  EXPECT_EQ(repaired("\\ud800\\udc0"), "\\ufffd\\udc0");
}

}  // namespace
}  // namespace parley
