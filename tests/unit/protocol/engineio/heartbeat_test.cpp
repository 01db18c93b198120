// The heartbeat, written as conversations.
#include <gtest/gtest.h>

#include "protocol/engineio/heartbeat.hpp"

namespace parley::protocol::engineio {
namespace {

using namespace std::chrono_literals;
using Due = Heartbeat::Due;

constexpr SteadyTime start{1h};

TEST(Heartbeat, pings_once_an_interval_and_is_content_with_a_pong) {
  Heartbeat heartbeat(25s, 60s, start);
  EXPECT_EQ(heartbeat.next(), start + 25s);
  EXPECT_EQ(heartbeat.at(start), Due::nothing);
  EXPECT_EQ(heartbeat.at(start + 25s - 1ns), Due::nothing);
  EXPECT_EQ(heartbeat.at(start + 25s), Due::ping);
  EXPECT_EQ(heartbeat.at(start + 26s), Due::nothing);
  heartbeat.on_pong(start + 27s);
  EXPECT_EQ(heartbeat.next(), start + 52s);
  EXPECT_EQ(heartbeat.at(start + 52s), Due::ping);
}

TEST(Heartbeat, gives_up_when_the_pong_does_not_come) {
  Heartbeat heartbeat(25s, 60s, start);
  EXPECT_EQ(heartbeat.at(start + 25s), Due::ping);
  EXPECT_EQ(heartbeat.next(), start + 85s);
  EXPECT_EQ(heartbeat.at(start + 85s - 1ns), Due::nothing);
  EXPECT_EQ(heartbeat.at(start + 85s), Due::timed_out);
  EXPECT_EQ(heartbeat.at(start + 90s), Due::timed_out);
}

TEST(Heartbeat, counts_the_timeout_from_the_time_when_a_slightly_late_ping_was_due) {
  for (const auto late : {1ns, std::chrono::nanoseconds(45s - 1ns)}) {
    Heartbeat heartbeat(25s, 60s, start);
    EXPECT_EQ(heartbeat.at(start + 25s + late), Due::ping);
    EXPECT_EQ(heartbeat.next(), start + 85s);
    EXPECT_EQ(heartbeat.at(start + 85s), Due::timed_out);
  }
}

TEST(Heartbeat, counts_the_timeout_from_the_ping_that_left_late) {
  Heartbeat heartbeat(25s, 60s, start);
  EXPECT_EQ(heartbeat.at(start + 70s), Due::ping);
  EXPECT_EQ(heartbeat.at(start + 86s), Due::nothing);
  EXPECT_EQ(heartbeat.at(start + 130s), Due::timed_out);
}

TEST(Heartbeat, an_unasked_pong_puts_the_next_ping_off) {
  Heartbeat heartbeat(25s, 60s, start);
  heartbeat.on_pong(start + 20s);
  EXPECT_EQ(heartbeat.at(start + 25s), Due::nothing);
  EXPECT_EQ(heartbeat.at(start + 45s), Due::ping);
}

}  // namespace
}  // namespace parley::protocol::engineio
