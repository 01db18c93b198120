// Numbers that JavaScript writes and strict JSON readers refuse.
#include "base/number_relaxation.hpp"

#include <gtest/gtest.h>

#include <string_view>

namespace parley {
namespace {

std::string rounded(std::string json) {
  EXPECT_TRUE(round_numbers(json)) << json;
  return json;
}

TEST(RoundNumbers, keeps_what_a_double_holds) {
  for (const auto* json : {R"({"exp":1712345678,"n":[0,-1,2.5,true,null,"1e999"]})", "9007199254740991", "", "[]"})
    EXPECT_EQ(rounded(json), json);
}

TEST(RoundNumbers, writes_the_nearest_double) {
  EXPECT_EQ(rounded("[123456789012345678901234567890]"), "[1.2345678901234568e+29]");
  EXPECT_EQ(rounded("[18446744073709551616,-1e18]"), "[1.8446744073709552e+19,-1e+18]");
  EXPECT_EQ(rounded("[1e999,-1E+999]"), "[1.7976931348623157e+308,-1.7976931348623157e+308]");
  EXPECT_EQ(rounded("[1e-999,-1E-999]"), "[0,0]");
}

TEST(RoundNumbers, leaves_strings_alone_and_survives_what_is_no_json) {
  EXPECT_EQ(rounded(R"(["1e999 \" 1e999",1])"), R"(["1e999 \" 1e999",1])");
  EXPECT_EQ(rounded("\"1e999"), "\"1e999");
  EXPECT_EQ(rounded("\"\\"), "\"\\");
  for (std::string wrong : {"01", "-", "1.", "1e", "[1,-x]"}) EXPECT_FALSE(round_numbers(wrong)) << wrong;
}

}  // namespace
}  // namespace parley
