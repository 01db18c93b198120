#include "server/loop/reactor.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/limits.hpp"
#include "server/loop/loop.hpp"
#include "server/loop/socket.hpp"

namespace parley::server {
namespace {

using std::chrono_literals::operator""ms;

struct RecordingReady final : Ready {
  std::function<void()> readable = [] {};
  std::function<void()> writable = [] {};
  void on_readable() override { readable(); }
  void on_writable() override { writable(); }
};

class WatchTest : public testing::Test {
 protected:
  WatchTest() {
    int pair[2];
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
    ours = Descriptor(pair[0]);
    theirs = Descriptor(pair[1]);
  }
  SystemClock clock;
  Loop loop{0, clock};
  Descriptor ours;
  Descriptor theirs;
  RecordingReady ready;
};

TEST_F(WatchTest, a_want_lasts_for_one_call_and_unread_bytes_ring_again) {
  int calls = 0;
  ready.readable = [&] { ++calls; };
  const auto watch = loop.watch(ours.get(), ready);
  watch->want_read();
  loop.run_ready();
  EXPECT_EQ(calls, 0);
  ASSERT_EQ(send_some(theirs.get(), "x").count, 1u);
  loop.run_ready();
  EXPECT_EQ(calls, 1);
  loop.run_ready();
  EXPECT_EQ(calls, 1);
  watch->want_read();
  loop.run_ready();
  EXPECT_EQ(calls, 2);
}

TEST_F(WatchTest, a_watch_that_has_gone_is_not_called_and_leaves_the_descriptor_open) {
  auto watch = loop.watch(ours.get(), ready);
  ready.readable = [] { FAIL(); };
  watch->want_read();
  ASSERT_EQ(send_some(theirs.get(), "x").count, 1u);
  watch.reset();
  loop.run_ready();
  char byte = 0;
  EXPECT_EQ(receive(ours.get(), {&byte, 1}).count, 1u);
}

TEST_F(WatchTest, a_watch_may_end_inside_its_own_call) {
  auto watch = loop.watch(ours.get(), ready);
  ready.writable = [&] { watch.reset(); };
  watch->want_read();
  watch->want_write();
  loop.run_ready();
  EXPECT_EQ(watch, nullptr);
}

TEST_F(WatchTest, one_event_is_read_first_and_then_written) {
  std::string calls;
  ready.readable = [&] { calls += 'r'; };
  ready.writable = [&] { calls += 'w'; };
  const auto watch = loop.watch(ours.get(), ready);
  ASSERT_EQ(send_some(theirs.get(), "x").count, 1u);
  watch->want_write();
  watch->want_read();
  loop.run_ready();
  EXPECT_EQ(calls, "rw");
  loop.run_ready();
  EXPECT_EQ(calls, "rw");
}

TEST_F(WatchTest, a_task_for_idle_times_runs_once_after_all_that_is_ready) {
  std::string order;
  loop.when_idle([&] { order += 'i'; });
  loop.after_turn([&] {
    order += 'c';
    loop.post([&] { order += 'd'; });
  });
  loop.post([&] {
    order += 'a';
    loop.post([&] { order += 'b'; });
  });
  ready.readable = [&] { order += 'r'; };
  const auto watch = loop.watch(ours.get(), ready);
  watch->want_read();
  loop.call_after(20ms, [&] { loop.stop(); });
  ASSERT_EQ(send_some(theirs.get(), "x").count, 1u);
  loop.run();
  EXPECT_EQ(std::ranges::count(order, 'i'), 1);
  EXPECT_EQ(order.back(), 'i') << order;
  EXPECT_EQ(order.size(), 6u) << order;
}

TEST_F(WatchTest, events_that_yield_come_after_the_others_and_after_posted_tasks) {
  std::string order;
  const auto yields = loop.watch(ours.get(), ready, Precedence::yields);
  ready.readable = [&] { order += 'y'; };
  yields->want_read();
  int other[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, other), 0);
  const Descriptor usual_end(other[0]);
  const Descriptor other_end(other[1]);
  RecordingReady usual_ready;
  usual_ready.readable = [&] { order += 'u'; };
  const auto usual = loop.watch(usual_end.get(), usual_ready);
  usual->want_read();
  ASSERT_EQ(send_some(theirs.get(), "x").count, 1u);
  ASSERT_EQ(send_some(other_end.get(), "x").count, 1u);
  loop.post([&] { order += 't'; });
  loop.run_ready();
  EXPECT_EQ(order, "uty");
}

TEST_F(WatchTest, a_watch_of_another_precedence_keeps_what_it_wants) {
  std::string calls;
  ready.readable = [&] { calls += 'r'; };
  const auto watch = loop.watch(ours.get(), ready, Precedence::yields);
  watch->want_read();
  for (const auto precedence : {Precedence::usual, Precedence::usual, Precedence::yields, Precedence::usual})
    watch->set_precedence(precedence);
  ASSERT_EQ(send_some(theirs.get(), "x").count, 1u);
  loop.run_ready();
  EXPECT_EQ(calls, "r");
}

TEST_F(WatchTest, a_watch_changes_its_precedence_inside_its_own_call) {
  std::string calls;
  const auto watch = loop.watch(ours.get(), ready, Precedence::yields);
  ready.readable = [&] {
    calls += 'r';
    watch->set_precedence(calls.size() == 1 ? Precedence::usual : Precedence::yields);
    if (calls.size() < 2) watch->want_read();
  };
  watch->want_read();
  ASSERT_EQ(send_some(theirs.get(), "x").count, 1u);
  loop.run_ready();
  EXPECT_EQ(calls, "rr");
}

TEST_F(WatchTest, many_descriptors_that_yield_are_all_served) {
  constexpr std::size_t count = 3 * limits::yielding_events_per_round;
  struct One {
    Descriptor ours, theirs;
    RecordingReady ready;
    std::unique_ptr<Watch> watch;
  };
  std::vector<One> all(count);
  std::size_t calls = 0;
  for (One& one : all) {
    int pair[2];
    ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
    one.ours = Descriptor(pair[0]);
    one.theirs = Descriptor(pair[1]);
    one.ready.readable = [&] { ++calls; };
    one.watch = loop.watch(one.ours.get(), one.ready, Precedence::yields);
    one.watch->want_read();
    ASSERT_EQ(send_some(one.theirs.get(), "x").count, 1u);
  }
  loop.run_ready();
  EXPECT_EQ(calls, count);
}

TEST_F(WatchTest, a_want_inside_the_call_rings_again) {
  int calls = 0;
  std::unique_ptr<Watch> watch = loop.watch(ours.get(), ready);
  ready.writable = [&] {
    if (++calls < 3) watch->want_write();
  };
  watch->want_write();
  loop.run_ready();
  EXPECT_EQ(calls, 3);
}

// run_ready would not return if the kernel reported the descriptor again and again.
TEST_F(WatchTest, a_peer_that_hung_up_does_not_keep_the_loop_busy) {
  int calls = 0;
  ready.readable = [&] { ++calls; };
  const auto watch = loop.watch(ours.get(), ready);
  watch->want_read();
  theirs.close();
  loop.run_ready();
  EXPECT_EQ(calls, 1);
  loop.run_ready();
  EXPECT_EQ(calls, 1);
  watch->want_read();
  loop.run_ready();
  EXPECT_EQ(calls, 2);
}

TEST_F(WatchTest, a_peer_that_hung_up_ends_a_wait_for_writing) {
  int calls = 0;
  ready.writable = [&] { ++calls; };
  const auto watch = loop.watch(ours.get(), ready);
  while (send_some(ours.get(), std::string(65'536, 'x')).kind != Transfer::Kind::would_block) {
  }
  watch->want_write();
  loop.run_ready();
  EXPECT_EQ(calls, 0);
  theirs.close();
  loop.run_ready();
  EXPECT_EQ(calls, 1);
}

TEST_F(WatchTest, a_watch_that_the_call_of_another_destroys_is_not_called) {
  std::unique_ptr<Watch> first;
  std::unique_ptr<Watch> second;
  int calls = 0;
  RecordingReady ready_of_second;
  ready.writable = [&] {
    ++calls;
    second.reset();
  };
  ready_of_second.writable = [&] {
    ++calls;
    first.reset();
  };
  first = loop.watch(ours.get(), ready);
  second = loop.watch(theirs.get(), ready_of_second);
  first->want_write();
  second->want_write();
  loop.run_ready();
  EXPECT_EQ(calls, 1);
}

TEST_F(WatchTest, tasks_that_return_in_every_turn_starve_neither_descriptors_nor_timers_nor_posts) {
  int missing = 3;
  const auto came = [&] {
    if (--missing == 0) loop.stop();
  };
  std::function<void()> again = [&] { loop.after_turn([&] { again(); }); };
  again();
  ready.readable = came;
  const auto watch = loop.watch(ours.get(), ready);
  watch->want_read();
  loop.call_after(1ms, came);
  std::jthread other([&] {
    EXPECT_EQ(send_some(theirs.get(), "x").count, 1u);
    loop.post(came);
  });
  loop.run();
  EXPECT_EQ(missing, 0);
}

}  // namespace
}  // namespace parley::server
