#include "base/rate_windows.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <string_view>

namespace parley {
namespace {

using namespace std::chrono_literals;
using Windows = RateWindows<std::string, std::hash<std::string_view>>;

TEST(RateWindows, admit_up_to_the_limit_and_say_how_many_are_left) {
  Windows windows(60s);
  const SteadyTime start{100s};
  for (const std::uint32_t left : {2U, 1U, 0U}) {
    const auto admission = windows.admit("a", 3, start + 1s * left);
    EXPECT_TRUE(admission.admitted);
    EXPECT_EQ(admission.left, left);
  }
  EXPECT_FALSE(windows.admit("a", 3, start).admitted);
  EXPECT_TRUE(windows.admit("b", 3, start).admitted) << "keys count apart";
}

TEST(RateWindows, end_a_length_after_their_first_event) {
  Windows windows(60s);
  EXPECT_EQ(windows.admit("a", 1, SteadyTime{0s}).window_rest, 60s);
  EXPECT_EQ(windows.admit("a", 1, SteadyTime{60s - 1ns}).window_rest, 1ns);
  EXPECT_TRUE(windows.is_used_up("a", 1, SteadyTime{60s - 1ns}));
  EXPECT_FALSE(windows.is_used_up("a", 1, SteadyTime{60s}));
  EXPECT_EQ(windows.size(), 1u) << "a question removes nothing";
  EXPECT_TRUE(windows.admit("a", 1, SteadyTime{60s}).admitted);
  EXPECT_FALSE(windows.admit("a", 1, SteadyTime{119s}).admitted);
}

// The service halves some limits while there are many connections.
TEST(RateWindows, refused_events_are_not_counted_so_a_higher_limit_admits_again) {
  Windows windows(60s);
  const SteadyTime now{0s};
  EXPECT_TRUE(windows.admit("a", 1, now).admitted);
  for (int refused = 0; refused < 5; ++refused) EXPECT_FALSE(windows.admit("a", 1, now).admitted);
  EXPECT_EQ(windows.admit("a", 3, now).left, 1u);
}

TEST(RateWindows, count_amounts_without_overflow) {
  Windows windows(60s);
  const SteadyTime now{0s};
  EXPECT_EQ(windows.admit("a", 10, now, 0).left, 10u);
  EXPECT_EQ(windows.admit("a", 10, now, 4).left, 6u);
  EXPECT_EQ(windows.admit("a", 10, now, std::numeric_limits<std::uint32_t>::max()).left, 0u) << "the event that exceeds it is admitted";
  EXPECT_TRUE(windows.is_used_up("a", std::numeric_limits<std::uint32_t>::max(), now));
}

TEST(RateWindows, forget_those_that_ended_and_the_oldest_when_full) {
  RateWindows<int> windows(60s, 16 * 2);  // two in each shard
  for (int key = 0; key < 48; ++key) EXPECT_TRUE(windows.admit(key, 1, SteadyTime{0s}).admitted);
  EXPECT_EQ(windows.size(), 32u);
  EXPECT_TRUE(windows.admit(0, 1, SteadyTime{1s}).admitted) << "the oldest window of its shard was dropped";
  for (int key = 33; key < 48; ++key) EXPECT_FALSE(windows.admit(key, 1, SteadyTime{1s}).admitted);
  EXPECT_EQ(windows.size(), 32u) << "a known key needs no room";
  for (int key = 0; key < 16; ++key) EXPECT_TRUE(windows.admit(key, 1, SteadyTime{61s}).admitted);
  EXPECT_EQ(windows.size(), 16u);
}

}  // namespace
}  // namespace parley
