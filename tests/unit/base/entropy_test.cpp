// Randomness: every requested byte is filled, and no byte is given out twice, for any sizes.
#include "base/entropy.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

namespace parley {
namespace {

TEST(SystemEntropy, never_gives_the_same_bytes_twice) {
  SystemEntropy entropy;
  std::set<std::array<std::uint8_t, 16>> seen;
  for (int round = 0; round < 10'000; ++round) EXPECT_TRUE(seen.insert(entropy.bytes<16>()).second);
}

TEST(SystemEntropy, two_instances_differ) {
  SystemEntropy first;
  SystemEntropy second;
  EXPECT_NE(first.bytes<32>(), second.bytes<32>());
}

TEST(SystemEntropy, fills_to_the_last_byte_at_sizes_around_the_pool) {
  SystemEntropy entropy;
  for (const std::size_t size : {1, 31, 32, 4'095, 4'096, 4'097, 10'000}) {
    std::set<std::uint8_t> last_bytes;
    for (int round = 0; round < 40; ++round) {
      std::vector<std::uint8_t> bytes(size);
      entropy.fill(bytes);
      last_bytes.insert(bytes.back());
    }
    EXPECT_GT(last_bytes.size(), 4u) << size;  // four values or fewer in forty random bytes: less than one in 10^60
  }
}

TEST(SystemEntropy, writes_nothing_outside_what_it_was_given) {
  SystemEntropy entropy;
  std::array<std::uint8_t, 48> bytes{};
  entropy.fill(std::span(bytes).subspan(8, 32));
  EXPECT_TRUE(std::all_of(bytes.begin(), bytes.begin() + 8, [](auto byte) { return byte == 0; }));
  EXPECT_TRUE(std::all_of(bytes.end() - 8, bytes.end(), [](auto byte) { return byte == 0; }));
}

TEST(SystemEntropy, nothing_asked_is_nothing_done) {
  SystemEntropy entropy;
  entropy.fill({});
  static_cast<void>(entropy.bytes<32>());
  entropy.fill({});
}

TEST(SystemEntropy, ones_and_zeros_are_about_as_many) {
  SystemEntropy entropy;
  std::vector<std::uint8_t> bytes(100'000);
  entropy.fill(std::span(bytes).first(50));  // shifts the second fill against the pool
  entropy.fill(std::span(bytes).subspan(50));
  std::size_t ones = 0;
  for (const std::uint8_t byte : bytes) ones += static_cast<std::size_t>(__builtin_popcount(byte));
  EXPECT_NEAR(static_cast<double>(ones), 400'000, 4'500);  // ten standard deviations
}

}  // namespace
}  // namespace parley
