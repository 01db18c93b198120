#include "load/schedule.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "load/measured_part.hpp"

namespace parley::bench {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

std::vector<nanoseconds> first_dues(Schedule schedule, int count) {
  std::vector<nanoseconds> dues;
  for (int index = 0; index < count; ++index, schedule.advance()) dues.push_back(schedule.due());
  return dues;
}

TEST(Schedule, a_fixed_rate_is_even_and_does_not_drift) {
  const auto dues = first_dues(Schedule(3.0, Arrivals::fixed, 1), 3'001);
  EXPECT_EQ(dues[0], 0ns);
  EXPECT_NEAR(static_cast<double>(dues[1].count()), 1e9 / 3, 1.0);
  EXPECT_NEAR(static_cast<double>(dues[3'000].count()), 1e12, 1.0);
}

TEST(Schedule, poisson_arrivals_have_the_mean_and_the_spread_of_poisson) {
  const int count = 100'000;
  const auto dues = first_dues(Schedule(1'000.0, Arrivals::poisson, 5), count + 1);
  EXPECT_NEAR(static_cast<double>(dues[count].count()) / count, 1e6, 2e4);
  int longer_than_mean = 0;
  for (int index = 0; index < count; ++index) longer_than_mean += dues[index + 1] - dues[index] > 1ms ? 1 : 0;
  EXPECT_NEAR(longer_than_mean / static_cast<double>(count), 0.3679, 0.01);  // 1/e of exponential gaps are longer than the mean
}

TEST(Schedule, one_seed_gives_one_schedule_and_another_seed_another) {
  const auto first = first_dues(Schedule(100, Arrivals::poisson, 5), 50);
  EXPECT_EQ(first, first_dues(Schedule(100, Arrivals::poisson, 5), 50));
  EXPECT_NE(first, first_dues(Schedule(100, Arrivals::poisson, 6), 50));
}

struct MeasuredPartTest : testing::Test {
  Pace pace{.warm_up = 1s, .duration = 10s};
  SteadyTime origin{100s};
};

TEST_F(MeasuredPartTest, answers_count_between_warm_up_and_end_only) {
  MeasuredPart part(pace, {});
  part.start(origin);
  part.completed(origin, origin + 999ms);       // warm-up
  part.completed(origin + 500ms, origin + 1s);  // the answer is in time, but it was due before
  part.completed(origin + 2s, origin + 3s);
  part.completed(origin + 10s, origin + 11s);  // due in time, but answered after the end
  const LoadFigures figures = part.finish(origin + 12s);
  EXPECT_EQ(figures.completed, 2u);
  EXPECT_EQ(figures.latency.count(), 2u);  // two were due in time; late answers count
  EXPECT_EQ(figures.measured, nanoseconds(10s));
  EXPECT_DOUBLE_EQ(figures.per_second(), 0.2);
}

TEST_F(MeasuredPartTest, a_stall_is_seen_by_every_message_that_was_due_meanwhile) {
  MeasuredPart part(pace, {});
  part.start(origin);
  for (auto due = 1s; due < 6s; due += 1s) part.completed(origin + due, origin + 6s);  // no answer for five seconds
  const LoadFigures figures = part.finish(origin + 20s);
  EXPECT_EQ(figures.latency.max(), nanoseconds(5s));
  EXPECT_GE(figures.latency.percentile(50), nanoseconds(3s));
}

TEST_F(MeasuredPartTest, a_number_of_messages_ends_the_run_instead_of_the_clock) {
  pace = {.messages_max = 3};
  MeasuredPart part(pace, {});
  part.start(origin);
  EXPECT_TRUE(part.may_send(origin + 1h, 2));
  EXPECT_FALSE(part.may_send(origin, 3));
  for (int index = 0; index < 3; ++index) part.completed(origin, origin + 2s);
  const LoadFigures figures = part.finish(origin + 9s);
  EXPECT_EQ(figures.measured, nanoseconds(2s));  // to the last answer, not to the end of the drain
  EXPECT_DOUBLE_EQ(figures.per_second(), 1.5);
}

TEST_F(MeasuredPartTest, refusals_are_counted_and_the_first_is_kept) {
  MeasuredPart part(pace, {});
  part.start(origin);
  part.refused("overloaded");
  part.refused("another");
  const LoadFigures figures = part.finish(origin + 12s);
  EXPECT_EQ(figures.refused, 2u);
  EXPECT_EQ(figures.first_refusal, "overloaded");
}

}  // namespace
}  // namespace parley::bench
