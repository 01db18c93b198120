// The place where a list continues. Clients copy it from one answer into the next request.
#include "http_api/handlers/list_place.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace parley::http_api {

namespace {

TEST(ListPlace, comes_back_as_it_was_written) {
  for (const char* id : {"6955b900a1b2c3d4e5000003", "a.b", ".", " ", "appointment/7", "😀"}) {
    const ListPlace place{Timestamp{std::chrono::milliseconds{1'767'225'600'000}}, id};
    const auto read = parse_list_place(to_text(place));
    ASSERT_TRUE(read.has_value()) << id;
    EXPECT_EQ(read->time, place.time);
    EXPECT_EQ(read->id, id);
  }
  EXPECT_EQ(to_text({Timestamp{std::chrono::milliseconds{7}}, "x"}), "7.x");
}

TEST(ListPlace, of_another_form_is_none) {
  for (const char* text : {"", "x", "12", "12.", ".x", "-1.x", "+1.x", " 1.x", "1 .x", "0x1.x", "1e3.x", "1234567890123456.x"})
    EXPECT_FALSE(parse_list_place(text).has_value()) << text;
  EXPECT_TRUE(parse_list_place("123456789012345.x").has_value());
}

}  // namespace

}  // namespace parley::http_api
