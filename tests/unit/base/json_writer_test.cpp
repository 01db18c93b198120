// JSON output of the process: escapes, commas, numbers, and programmer errors.
#include "base/json_writer.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <limits>

namespace parley {
namespace {

std::string json_of(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

TEST(JsonString, plain_text_is_put_between_quotes) {
  EXPECT_EQ(json_of(""), "\"\"");
  EXPECT_EQ(json_of("hello"), "\"hello\"");
  EXPECT_EQ(json_of("Grüße, 世界 🙂"), "\"Grüße, 世界 🙂\"");
}

TEST(JsonString, quote_and_backslash_are_escaped_and_slash_is_not) {
  EXPECT_EQ(json_of("\""), R"("\"")");
  EXPECT_EQ(json_of("\\"), R"("\\")");
  EXPECT_EQ(json_of("a/b"), R"("a/b")");
  EXPECT_EQ(json_of(R"(say "hi" \o/)"), R"("say \"hi\" \\o/")");
}

TEST(JsonString, every_control_below_space_is_escaped_and_no_other_byte_is) {
  for (int byte = 0; byte < 256; ++byte) {
    const std::string text(1, static_cast<char>(byte));
    const bool is_escaped = byte < 0x20 || byte == '"' || byte == '\\';
    EXPECT_EQ(json_of(text).size() > 3, is_escaped) << byte;
  }
}

TEST(JsonString, the_short_escapes_are_used_where_json_has_them) {
  EXPECT_EQ(json_of("\b\f\n\r\t"), R"("\b\f\n\r\t")");
  EXPECT_EQ(json_of(std::string_view("\0\x1f\x0b", 3)), R"("\u0000\u001f\u000b")");
  EXPECT_EQ(json_of("\x7f"), "\"\x7f\"");
}

TEST(JsonString, escapes_at_the_edges_and_next_to_each_other) {
  EXPECT_EQ(json_of("\n"), R"("\n")");
  EXPECT_EQ(json_of("\na\n"), R"("\na\n")");
  EXPECT_EQ(json_of("a\n\nb"), R"("a\n\nb")");
}

TEST(JsonWriter, empty_object_and_array) {
  std::string out;
  JsonWriter(out).begin_object().end_object();
  JsonWriter(out).begin_array().end_array();
  EXPECT_EQ(out, "{}[]");
}

TEST(JsonWriter, commas_stand_between_members_and_elements_only) {
  std::string out;
  JsonWriter writer(out);
  writer.begin_object().member("a", "1").key("b").begin_array().integer(1).integer(2).begin_object().end_object().end_array();
  writer.key("c").begin_object().key("d").null().end_object().key("e").boolean(true).key("f").boolean(false).end_object();
  EXPECT_EQ(out, R"({"a":"1","b":[1,2,{}],"c":{"d":null},"e":true,"f":false})");
}

TEST(JsonWriter, arrays_in_arrays) {
  std::string out;
  JsonWriter writer(out);
  writer.begin_array().begin_array().end_array().begin_array().integer(1).end_array().string("x").end_array();
  EXPECT_EQ(out, R"([[],[1],"x"])");
}

TEST(JsonWriter, values_on_their_own_are_joined_by_commas) {
  std::string out;
  JsonWriter(out).string("event").begin_object().end_object().integer(3);
  EXPECT_EQ(out, R"("event",{},3)");
}

TEST(JsonWriter, appends_to_what_is_there) {
  std::string out = "42";
  JsonWriter(out).begin_array().string("x").end_array();
  EXPECT_EQ(out, R"(42["x"])");
}

TEST(JsonWriter, raw_json_is_a_value_like_any_other) {
  std::string out;
  JsonWriter(out).begin_array().raw(R"({"a":1})").raw("null").end_array();
  EXPECT_EQ(out, R"([{"a":1},null])");
}

TEST(JsonWriter, integers_reach_both_ends) {
  std::string out;
  JsonWriter(out)
      .integer(0)
      .integer(-1)
      .integer(std::numeric_limits<std::int64_t>::max())
      .integer(std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(out, "0,-1,9223372036854775807,-9223372036854775808");
}

TEST(JsonWriter, numbers_have_their_shortest_form) {
  std::string out;
  JsonWriter(out).number(0).number(12).number(0.1).number(12.5).number(1.0 / 3).number(-2.25);
  EXPECT_EQ(out, "0,12,0.1,12.5,0.3333333333333333,-2.25");
}

TEST(JsonWriter, every_number_reads_back_the_same) {
  for (const double value : {1e21, 1e-7, 5e-324, 1.7976931348623157e308, 123456789.123456789, -0.0, 4503599627370497.5}) {
    std::string out;
    JsonWriter(out).number(value);
    EXPECT_EQ(std::strtod(out.c_str(), nullptr), value) << out;
  }
}

TEST(JsonWriter, what_is_not_finite_is_null) {
  std::string out;
  JsonWriter(out).number(NAN).number(INFINITY).number(-INFINITY);
  EXPECT_EQ(out, "null,null,null");
}

TEST(JsonWriterDeathTest, mistakes_in_nesting_end_the_process) {
  std::string out;
  EXPECT_DEATH(JsonWriter(out).end_object(), "assertion failed");
  EXPECT_DEATH(JsonWriter(out).end_array(), "assertion failed");
  EXPECT_DEATH(JsonWriter(out).begin_object().key("a").end_object(), "assertion failed");
  EXPECT_DEATH(JsonWriter(out).begin_object().key("a").key("b"), "assertion failed");
}

}  // namespace
}  // namespace parley
