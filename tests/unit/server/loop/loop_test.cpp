#include "server/loop/loop.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <algorithm>
#include <string>
#include <thread>

#include "server/loop/deadline.hpp"
#include "server/loop/socket.hpp"

namespace parley::server {
namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;

class LoopTest : public testing::Test {
 protected:
  SystemClock clock;
  Loop loop{0, clock};
};

TEST_F(LoopTest, tasks_run_in_the_order_posted_and_never_inside_post) {
  std::string order;
  loop.post([&] {
    order += 'a';
    loop.post([&] { order += 'c'; });
    order += 'b';
  });
  EXPECT_EQ(order, "");
  loop.run_ready();
  EXPECT_EQ(order, "abc");
}

TEST_F(LoopTest, tasks_of_another_thread_arrive_in_its_order_and_wake_the_loop) {
  std::vector<int> seen;
  std::jthread other([&] {
    for (int index = 0; index < 1000; ++index) loop.post([&, index] { seen.push_back(index); });
    loop.post([&] { loop.stop(); });
  });
  loop.run();
  ASSERT_EQ(seen.size(), 1000u);
  EXPECT_TRUE(std::is_sorted(seen.begin(), seen.end()));
}

TEST_F(LoopTest, timers_ring_in_the_order_of_their_times) {
  std::string order;
  loop.call_after(6ms, [&] { order += 'b'; });
  loop.call_after(12ms, [&] {
    order += 'c';
    loop.stop();
  });
  loop.call_after(1ms, [&] { order += 'a'; });
  loop.cancel(loop.call_after(3ms, [&] { order += 'x'; }));
  loop.run();
  EXPECT_EQ(order, "abc");
}

TEST_F(LoopTest, it_knows_its_thread_only_while_it_runs_there) {
  bool inside = false;
  std::jthread([&] {
    loop.post([&] {
      inside = loop.in_this_thread();
      loop.stop();
    });
    loop.run();
  }).join();
  EXPECT_TRUE(inside);
  EXPECT_FALSE(loop.in_this_thread());
}

struct CountingCork final : Corked {
  int flushes = 0;
  void flush() override { ++flushes; }
};

TEST_F(LoopTest, what_is_corked_many_times_in_a_turn_is_flushed_once_at_its_end) {
  CountingCork cork;
  for (int index = 0; index < 10; ++index) {
    loop.post([&] {
      loop.flush_later(cork);
      loop.flush_later(cork);
      EXPECT_EQ(cork.flushes, 0);
    });
  }
  loop.run_ready();
  EXPECT_EQ(cork.flushes, 1);
  loop.flush_later(cork);
  loop.run_ready();
  EXPECT_EQ(cork.flushes, 2);
}

TEST_F(LoopTest, what_is_buried_lives_until_the_end_of_the_turn) {
  auto remains = std::make_shared<int>(1);
  const std::weak_ptr<int> weak = remains;
  loop.post([&, remains = std::move(remains)]() mutable {
    loop.bury(std::move(remains));
    EXPECT_FALSE(weak.expired());
  });
  loop.run_ready();
  EXPECT_TRUE(weak.expired());
}

TEST_F(LoopTest, a_deadline_moved_later_rings_once_at_the_later_time) {
  int rings = 0;
  SteadyTime rang_at;
  Deadline deadline(loop, [&] {
    ++rings;
    rang_at = loop.now();
    loop.stop();
  });
  const SteadyTime due = loop.now() + 20ms;
  deadline.set(loop.now() + 2ms);
  deadline.set(due);
  loop.run();
  EXPECT_EQ(rings, 1);
  EXPECT_GE(rang_at, due);
}

TEST_F(LoopTest, a_deadline_moved_earlier_rings_at_the_earlier_time) {
  bool later_first = false;
  Deadline deadline(loop, [&] { loop.stop(); });
  deadline.set(loop.now() + 10s);
  deadline.set(loop.now() + 1ms);
  loop.call_after(5s, [&] {
    later_first = true;
    loop.stop();
  });
  loop.run();
  EXPECT_FALSE(later_first);
}

TEST_F(LoopTest, a_cleared_deadline_is_silent) {
  Deadline deadline(loop, [] { FAIL(); });
  deadline.set(loop.now() + 1ms);
  deadline.clear();
  loop.call_after(5ms, [&] { loop.stop(); });
  loop.run();
}

class FixedClock final : public Clock {
 public:
  explicit FixedClock(Timestamp time) : time_(time) {}
  Timestamp now() const override { return time_; }
  SteadyTime steady_now() const override { return {}; }

 private:
  Timestamp time_;
};

TEST(LoopDate, the_http_date_is_english_and_in_gmt) {
  FixedClock clock(Timestamp(std::chrono::milliseconds(784'111'777'000)));  // the example of RFC 9110 §5.6.7
  Loop loop(0, clock);
  EXPECT_EQ(loop.http_date(), "Sun, 06 Nov 1994 08:49:37 GMT");
}

}  // namespace
}  // namespace parley::server
