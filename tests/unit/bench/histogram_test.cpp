#include "load/histogram.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "load/random.hpp"

namespace parley::bench {
namespace {

using std::chrono::nanoseconds;

TEST(Histogram, an_empty_one_tells_zeros) {
  const Histogram histogram;
  EXPECT_EQ(histogram.count(), 0u);
  EXPECT_EQ(histogram.min(), nanoseconds(0));
  EXPECT_EQ(histogram.max(), nanoseconds(0));
  EXPECT_EQ(histogram.mean(), nanoseconds(0));
  EXPECT_EQ(histogram.percentile(99), nanoseconds(0));
}

TEST(Histogram, small_values_are_told_exactly) {
  Histogram histogram;
  for (int value = 0; value < 128; ++value) histogram.record(nanoseconds(value));
  EXPECT_EQ(histogram.percentile(50), nanoseconds(63));
  EXPECT_EQ(histogram.percentile(100), nanoseconds(127));
  EXPECT_EQ(histogram.percentile(0), nanoseconds(0));
}

TEST(Histogram, every_bucket_begins_where_the_one_before_ends) {
  for (std::size_t bucket = 0; bucket < 4000; ++bucket) {
    const std::uint64_t edge = Histogram::upper_edge_of(bucket);
    ASSERT_EQ(Histogram::bucket_of(edge), bucket);
    ASSERT_EQ(Histogram::bucket_of(edge + 1), bucket + 1);
  }
}

TEST(Histogram, the_largest_duration_has_a_bucket) {
  Histogram histogram;
  histogram.record(nanoseconds::max());
  EXPECT_EQ(histogram.max(), nanoseconds::max());
  EXPECT_EQ(histogram.percentile(50), nanoseconds::max());
}

TEST(Histogram, a_negative_duration_counts_as_zero) {
  Histogram histogram;
  histogram.record(nanoseconds(-5));
  EXPECT_EQ(histogram.max(), nanoseconds(0));
  EXPECT_EQ(histogram.count(), 1u);
}

TEST(Histogram, percentiles_stay_within_the_documented_error) {
  Random random(7);
  Histogram histogram;
  std::vector<std::uint64_t> values;
  for (int index = 0; index < 20'000; ++index) {
    values.push_back(random.below(1ull << (1 + random.below(40))));
    histogram.record(nanoseconds(static_cast<std::int64_t>(values.back())));
  }
  std::ranges::sort(values);
  for (const double percent : {1.0, 25.0, 50.0, 90.0, 99.0, 99.9, 100.0}) {
    const auto rank = static_cast<std::size_t>(std::ceil(percent / 100.0 * 20'000.0));
    const double truth = static_cast<double>(values[rank - 1]);
    const double told = static_cast<double>(histogram.percentile(percent).count());
    EXPECT_GE(told, truth) << percent;
    EXPECT_LE(told, truth * (1 + Histogram::relative_error_max)) << percent;
  }
}

TEST(Histogram, merging_is_recording_everything_in_one) {
  Random random(8);
  Histogram left;
  Histogram right;
  Histogram both;
  for (int index = 0; index < 1'000; ++index) {
    const nanoseconds value(static_cast<std::int64_t>(random.below(1'000'000)));
    (index % 3 == 0 ? left : right).record(value);
    both.record(value);
  }
  left.merge(right);
  EXPECT_EQ(left.count(), both.count());
  EXPECT_EQ(left.min(), both.min());
  EXPECT_EQ(left.max(), both.max());
  EXPECT_EQ(left.mean(), both.mean());
  for (const double percent : {10.0, 50.0, 99.0}) EXPECT_EQ(left.percentile(percent), both.percentile(percent));
}

TEST(Histogram, merging_an_empty_one_changes_nothing) {
  Histogram histogram;
  histogram.record(nanoseconds(500));
  histogram.merge(Histogram());
  EXPECT_EQ(histogram.min(), nanoseconds(500));
  EXPECT_EQ(histogram.count(), 1u);
}

}  // namespace
}  // namespace parley::bench
