#include "server/loop/timer_queue.hpp"

#include <gtest/gtest.h>

#include <string>

namespace parley::server {
namespace {

using std::chrono_literals::operator""ms;

class TimerQueueTest : public testing::Test {
 protected:
  TimerId add(std::chrono::milliseconds due, char name) {
    return queue.add(start + due, [this, name] { rang += name; });
  }
  const SteadyTime start{};
  TimerQueue queue;
  std::string rang;
};

TEST_F(TimerQueueTest, the_earliest_rings_first_whatever_the_order_added) {
  add(30ms, 'c');
  add(10ms, 'a');
  add(20ms, 'b');
  queue.run_due(start + 30ms);
  EXPECT_EQ(rang, "abc");
  EXPECT_EQ(queue.size(), 0u);
}

TEST_F(TimerQueueTest, timers_of_one_moment_ring_in_the_order_added) {
  for (const char name : {'a', 'b', 'c', 'd'}) add(10ms, name);
  queue.run_due(start + 10ms);
  EXPECT_EQ(rang, "abcd");
}

TEST_F(TimerQueueTest, nothing_rings_before_its_time) {
  add(10ms, 'a');
  queue.run_due(start + 10ms - std::chrono::nanoseconds{1});
  EXPECT_EQ(rang, "");
  EXPECT_EQ(queue.next_due(), start + 10ms);
}

TEST_F(TimerQueueTest, a_cancelled_timer_is_silent_and_is_not_waited_for) {
  const TimerId first = add(10ms, 'a');
  add(20ms, 'b');
  queue.cancel(first);
  EXPECT_EQ(queue.next_due(), start + 20ms);
  queue.run_due(start + 20ms);
  EXPECT_EQ(rang, "b");
}

TEST_F(TimerQueueTest, cancelling_what_has_rung_or_never_was_is_no_error) {
  const TimerId timer = add(10ms, 'a');
  queue.run_due(start + 10ms);
  queue.cancel(timer);
  queue.cancel(12345);
  EXPECT_EQ(rang, "a");
}

TEST_F(TimerQueueTest, a_timer_may_cancel_one_that_is_due_with_it) {
  TimerId second = 0;
  queue.add(start + 10ms, [&] { queue.cancel(second); });
  second = add(10ms, 'b');
  queue.run_due(start + 10ms);
  EXPECT_EQ(rang, "");
}

TEST_F(TimerQueueTest, a_timer_set_anew_while_ringing_waits_for_the_next_call) {
  int rings = 0;
  std::function<void()> again = [&] {
    ++rings;
    queue.add(start, [&] { again(); });
  };
  queue.add(start, [&] { again(); });
  queue.run_due(start);
  EXPECT_EQ(rings, 1);
  queue.run_due(start);
  EXPECT_EQ(rings, 2);
}

TEST_F(TimerQueueTest, many_cancelled_timers_leave_the_live_ones_in_order) {
  for (int index = 0; index < 5000; ++index) queue.cancel(add(std::chrono::milliseconds(index), 'x'));
  add(7000ms, 'b');
  add(6000ms, 'a');
  EXPECT_EQ(queue.size(), 2u);
  queue.run_due(start + 8000ms);
  EXPECT_EQ(rang, "ab");
}

}  // namespace
}  // namespace parley::server
