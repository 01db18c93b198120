// Positions: each has exactly one text, and proofs are verified.
#include "domain/position.hpp"

#include <gtest/gtest.h>

#include "base/limits.hpp"

namespace parley::domain {
namespace {

TEST(Position, is_written_as_seq_dot_16_digits) {
  Digest32 digest{};
  digest[0] = 0x9f;
  digest[7] = 0x65;
  digest[8] = 0xff;
  EXPECT_EQ(Position::at(42, digest).to_string(), "42.9f00000000000065");
  EXPECT_EQ(Position::at(0, Digest32{}).to_string(), "0.0000000000000000");
}

TEST(Position, comes_back) {
  for (const std::uint32_t seq : {0u, 1u, 42u, limits::text_seq_max, limits::seq_max}) {
    for (const std::uint64_t proof : {0ull, 1ull, 0x9f86d081884c7d65ull, ~0ull}) {
      const Position position{seq, proof};
      EXPECT_EQ(Position::parse(position.to_string()), position);
    }
  }
}

TEST(Position, has_one_text_only) {
  for (const auto* text : {"",
                           ".",
                           "42",
                           "42.",
                           ".9f86d081884c7d65",
                           "42.9f86d081884c7d6",
                           "42.9f86d081884c7d655",
                           "42.9F86D081884C7D65",
                           "042.9f86d081884c7d65",
                           "00.9f86d081884c7d65",
                           "+42.9f86d081884c7d65",
                           "-1.9f86d081884c7d65",
                           " 42.9f86d081884c7d65",
                           "42.9f86d081884c7d65 ",
                           "42 .9f86d081884c7d65",
                           "42,9f86d081884c7d65",
                           "42..9f86d081884c7d65",
                           "4 2.9f86d081884c7d65",
                           "0x2a.9f86d081884c7d65",
                           "42.9f86d081884c7g65",
                           "16777216.9f86d081884c7d65",
                           "4294967338.9f86d081884c7d65",
                           "99999999999999999999.9f86d081884c7d65"}) {
    EXPECT_FALSE(Position::parse(text)) << text;
  }
}

TEST(LogPlace, is_a_position_or_its_seq_alone) {
  EXPECT_EQ(LogPlace::parse("42"), (LogPlace{42, std::nullopt}));
  EXPECT_EQ(LogPlace::parse("0"), (LogPlace{0, std::nullopt}));
  EXPECT_EQ(LogPlace::parse("42.9f86d081884c7d65"), (LogPlace{42, 0x9f86d081884c7d65}));
  for (const auto* text : {"", "x", "-1", "042", "1.5", "42.", "42.xyz", "16777216", " 1", "1 "})
    EXPECT_FALSE(LogPlace::parse(text)) << text;
}

TEST(Position, of_the_same_seq_and_another_past_differs) {
  Digest32 first{};
  Digest32 second{};
  second[3] = 1;
  EXPECT_NE(Position::at(3, first), Position::at(3, second));
}

TEST(Position, every_truncation_of_its_text_is_refused) {
  const std::string text = Position{42, 0x9f86d081884c7d65}.to_string();
  for (std::size_t size = 0; size < text.size(); ++size) EXPECT_FALSE(Position::parse(text.substr(0, size))) << size;
}

}  // namespace
}  // namespace parley::domain
