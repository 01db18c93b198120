// The pause of the committer: its bounds as a pure function, and what ends it.
#include "store/embedded/commit_rest.hpp"

#include <gtest/gtest.h>

#include <future>

#include "support/manual_clock.hpp"
#include "support/manual_loop.hpp"

namespace parley::store::embedded {
namespace {

using std::chrono_literals::operator""h;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""us;
using test::ManualClock;
using test::ManualLoop;

constexpr SteadyTime began{1h};

TEST(TimesAfterBatch, a_small_batch_needs_no_rest_and_a_large_one_at_most_the_longest) {
  EXPECT_EQ(times_after_batch(began, 0), (BatchTimes{.earliest = began, .latest = began}));
  EXPECT_EQ(times_after_batch(began, 1), (BatchTimes{.earliest = began + 100us, .latest = began + 100us}));
  EXPECT_EQ(times_after_batch(began, 10), (BatchTimes{.earliest = began + limits::commit_rest_min, .latest = began + 1000us}));
  EXPECT_EQ(times_after_batch(began, 4096),
            (BatchTimes{.earliest = began + limits::commit_rest_min, .latest = began + limits::commit_rest_max}));
}

class CommitRestTest : public testing::Test {
 protected:
  /// A wait on another thread, as the committer's.
  std::future<CommitCause> wait(std::chrono::nanoseconds earliest, std::chrono::nanoseconds latest) {
    const SteadyTime now = clock.steady_now();
    return std::async(std::launch::async,
                      [rest = rest, times = BatchTimes{.earliest = now + earliest, .latest = now + latest}] { return rest->wait(times); });
  }

  ManualClock clock;
  ManualLoop first{0};
  ManualLoop second{1};
  std::shared_ptr<CommitRest> rest = std::make_shared<CommitRest>(clock);
};

TEST_F(CommitRestTest, there_is_none_after_the_latest_time_whoever_is_busy) {
  rest->note_append(first);
  EXPECT_EQ(wait(-2us, -1us).get(), CommitCause::no_rest);
}

TEST_F(CommitRestTest, it_ends_when_the_last_loop_that_appended_is_idle) {
  rest->note_append(first);
  rest->note_append(second);
  rest->note_append(first);
  auto ended = wait(1us, 1h);
  first.run_pending();
  EXPECT_EQ(ended.wait_for(20ms), std::future_status::timeout) << "the second loop may bring more";
  second.run_pending();
  EXPECT_EQ(ended.get(), CommitCause::loops_idle);
}

TEST_F(CommitRestTest, a_loop_that_appends_again_is_busy_again) {
  rest->note_append(first);
  first.run_pending();
  EXPECT_EQ(wait(1us, 1h).get(), CommitCause::loops_idle);
  rest->note_append(first);
  EXPECT_EQ(wait(1us, 200us).get(), CommitCause::rest_over);
  first.run_pending();
  EXPECT_EQ(wait(1us, 1h).get(), CommitCause::loops_idle);
}

TEST_F(CommitRestTest, it_lasts_until_the_earliest_time_though_all_are_idle) {
  auto ended = wait(1h, 2h);
  rest->note_append(first);
  first.run_pending();
  EXPECT_EQ(ended.wait_for(20ms), std::future_status::timeout);
  rest->stop();
  EXPECT_EQ(ended.get(), CommitCause::stopping);
}

TEST_F(CommitRestTest, stopping_ends_it_and_all_later_ones) {
  rest->note_append(first);
  auto ended = wait(1us, 1h);
  rest->stop();
  EXPECT_EQ(ended.get(), CommitCause::stopping);
  EXPECT_EQ(wait(1us, 1h).get(), CommitCause::stopping);
}

TEST_F(CommitRestTest, a_loop_may_fall_idle_after_the_committer_is_gone) {
  rest->note_append(first);
  rest.reset();
  first.run_pending();
}

}  // namespace
}  // namespace parley::store::embedded
