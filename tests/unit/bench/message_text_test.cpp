#include "load/message_text.hpp"

#include <gtest/gtest.h>

#include "load/field_finder.hpp"

namespace parley::bench {
namespace {

constexpr std::uint32_t run = 0xdeadbeef;

std::string text_of(MessageKey key, std::size_t size) {
  std::string text;
  append_text(text, run, key, size);
  return text;
}

TEST(MessageText, a_tag_names_run_sender_and_number) {
  std::string tag;
  append_tag(tag, run, {1, 255});
  EXPECT_EQ(tag, "deadbeef00000001000000ff");
  EXPECT_EQ(parse_tag(tag, run), (MessageKey{1, 255}));
}

TEST(MessageText, a_tag_of_another_run_or_shape_is_none) {
  EXPECT_EQ(parse_tag("deadbeef00000001000000ff", run + 1), std::nullopt);
  EXPECT_EQ(parse_tag("deadbeef00000001000000f", run), std::nullopt);
  EXPECT_EQ(parse_tag("deadbeef00000001000000fg", run), std::nullopt);
  EXPECT_EQ(parse_tag("deadbeef00000001000000FF", run), std::nullopt);
  EXPECT_EQ(parse_tag("", run), std::nullopt);
}

TEST(MessageText, a_tag_is_also_an_id) {
  std::string tag;
  append_tag(tag, run, {0x01020304, 0xfffefdfc});
  EXPECT_EQ(id_of_tag(run, {0x01020304, 0xfffefdfc}).to_string(), tag);
}

TEST(MessageText, a_text_has_exactly_the_size_asked_for) {
  for (const std::size_t size : {1u, 23u, 24u, 25u, 120u, 1000u}) {
    const std::string text = text_of({3, 9}, size);
    EXPECT_EQ(text.size(), size);
    EXPECT_TRUE(is_text(text, run, {3, 9}, size)) << size;
  }
}

TEST(MessageText, any_changed_byte_is_noticed) {
  const std::string text = text_of({3, 9}, 120);
  for (std::size_t index = 0; index < text.size(); ++index) {
    std::string changed = text;
    changed[index] = changed[index] == '!' ? '?' : '!';
    EXPECT_FALSE(is_text(changed, run, {3, 9}, 120)) << index;
  }
}

TEST(MessageText, another_messages_text_or_size_is_noticed) {
  EXPECT_FALSE(is_text(text_of({3, 9}, 120), run, {3, 10}, 120));
  EXPECT_FALSE(is_text(text_of({3, 9}, 120), run, {4, 9}, 120));
  EXPECT_FALSE(is_text(text_of({3, 9}, 120), run, {3, 9}, 121));
  EXPECT_FALSE(is_text(text_of({3, 9}, 120), run + 1, {3, 9}, 120));
}

TEST(MessageText, texts_need_no_escaping_in_json) {
  for (std::uint32_t number = 0; number < 200; ++number) {
    for (const char letter : text_of({number, number}, 1000)) {
      ASSERT_TRUE(letter >= ' ' && letter < 0x7f && letter != '"' && letter != '\\');
    }
  }
}

TEST(FieldFinder, finds_the_value_wherever_the_field_is) {
  FieldFinder finder(R"("id":")");
  EXPECT_EQ(finder.find(R"({"aaaa":1,"id":"x1","b":2})"), "x1");
  EXPECT_EQ(finder.find(R"({"id":"x2"})"), "x2");                          // earlier than before
  EXPECT_EQ(finder.find(R"({"aaaaaaaaaaaaaaaaaaa":1,"id":"x3"})"), "x3");  // later than before
}

TEST(FieldFinder, does_not_take_a_field_whose_name_only_ends_alike) {
  FieldFinder finder(R"("id":")");
  EXPECT_EQ(finder.find(R"({"sessionId":"s","paid":"p"})"), "");
}

TEST(FieldFinder, a_missing_field_or_end_is_empty) {
  FieldFinder finder(R"("id":")");
  EXPECT_EQ(finder.find(R"({"id":"x1"})"), "x1");
  EXPECT_EQ(finder.find(""), "");
  EXPECT_EQ(finder.find(R"({"id":"x1)"), "");
  EXPECT_EQ(finder.find(R"({"id":"x4"})"), "x4");
}

}  // namespace
}  // namespace parley::bench
