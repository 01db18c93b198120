// Fixed windows that start with a client's first request, and the definition of a client (docs/api-contract.md §2.6).
#include <gtest/gtest.h>

#include "http_api/request/window_limiter.hpp"

namespace parley::http_api {
namespace {

using namespace std::chrono_literals;

TEST(WindowLimiter, takes_the_limit_and_refuses_one_more) {
  WindowLimiter limiter(3, 60s);
  const SteadyTime start{100s};
  for (std::uint32_t left : {2U, 1U, 0U}) {
    const auto state = limiter.count("a", start);
    EXPECT_FALSE(state.is_over);
    EXPECT_EQ(state.remaining, left);
    EXPECT_EQ(state.limit, 3U);
    EXPECT_EQ(state.window_seconds, 60U);
  }
  const auto refused = limiter.count("a", start);
  EXPECT_TRUE(refused.is_over);
  EXPECT_EQ(refused.remaining, 0U);
  EXPECT_FALSE(limiter.count("b", start).is_over);
}

TEST(WindowLimiter, starts_anew_when_the_window_of_the_first_request_ends) {
  WindowLimiter limiter(1, 60s);
  EXPECT_FALSE(limiter.count("a", SteadyTime{0s}).is_over);
  EXPECT_TRUE(limiter.count("a", SteadyTime{30s}).is_over);
  EXPECT_TRUE(limiter.count("a", SteadyTime{60s - 1ns}).is_over);
  EXPECT_FALSE(limiter.count("a", SteadyTime{60s}).is_over);
  EXPECT_TRUE(limiter.count("a", SteadyTime{119s}).is_over);
}

TEST(WindowLimiter, tells_the_seconds_until_the_window_ends_rounded_up) {
  WindowLimiter limiter(10, 60s);
  EXPECT_EQ(limiter.count("a", SteadyTime{0s}).reset_seconds, 60U);
  EXPECT_EQ(limiter.count("a", SteadyTime{1ms}).reset_seconds, 60U);
  EXPECT_EQ(limiter.count("a", SteadyTime{1s}).reset_seconds, 59U);
  EXPECT_EQ(limiter.count("a", SteadyTime{59s + 999ms}).reset_seconds, 1U);
}

TEST(WindowLimiter, remembers_a_bounded_number_of_clients) {
  WindowLimiter limiter(1, 60s, 16 * 4);
  EXPECT_FALSE(limiter.count("first", SteadyTime{0s}).is_over);
  for (int i = 0; i < 10'000; ++i) static_cast<void>(limiter.count("client " + std::to_string(i), SteadyTime{1s}));
  EXPECT_FALSE(limiter.count("first", SteadyTime{2s}).is_over) << "the oldest window was to go";
}

TEST(WindowLimiter, of_zero_is_off) {
  EXPECT_TRUE(WindowLimiter(0, 60s).off());
}

}  // namespace
}  // namespace parley::http_api
