// Times as text: the form of the contract, the accepted forms of `before`, and days that do not exist.
#include <gtest/gtest.h>

#include "base/clock.hpp"

namespace parley {
namespace {

using std::chrono::milliseconds;

Timestamp at(std::int64_t ms) {
  return Timestamp{milliseconds{ms}};
}

constexpr std::int64_t leap_day_ms = 1'709'164'800'000;  // 2024-02-29T00:00:00.000Z

TEST(Iso8601, is_written_with_three_decimals_always) {
  EXPECT_EQ(to_iso8601(at(0)), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(to_iso8601(at(1)), "1970-01-01T00:00:00.001Z");
  EXPECT_EQ(to_iso8601(at(leap_day_ms)), "2024-02-29T00:00:00.000Z");
  EXPECT_EQ(to_iso8601(at(leap_day_ms + 86'399'999)), "2024-02-29T23:59:59.999Z");
  EXPECT_EQ(to_iso8601(at(253'402'300'799'999)), "9999-12-31T23:59:59.999Z");
}

TEST(Iso8601, times_before_1970_are_written_too) {
  EXPECT_EQ(to_iso8601(at(-1)), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(to_iso8601(at(-62'167'219'200'000)), "0000-01-01T00:00:00.000Z");
}

TEST(Iso8601, a_time_that_has_no_text_is_written_as_the_nearest_that_has) {
  EXPECT_EQ(to_iso8601(at(253'402'300'800'000)), "9999-12-31T23:59:59.999Z");
  EXPECT_EQ(to_iso8601(Timestamp::max()), "9999-12-31T23:59:59.999Z");
  EXPECT_EQ(to_iso8601(at(-62'167'219'200'001)), "0000-01-01T00:00:00.000Z");
  EXPECT_EQ(to_iso8601(Timestamp::min()), "0000-01-01T00:00:00.000Z");
}

TEST(Iso8601, appends_to_what_is_there) {
  std::string out = "at ";
  append_iso8601(out, at(0));
  EXPECT_EQ(out, "at 1970-01-01T00:00:00.000Z");
}

TEST(Iso8601, what_was_written_is_read_back) {
  for (std::int64_t ms = -100'000'000'000; ms < 4'000'000'000'000; ms += 86'398'765'432) {
    EXPECT_EQ(parse_iso8601(to_iso8601(at(ms))), at(ms)) << ms;
  }
}

TEST(Iso8601, a_date_is_midnight_in_utc) {
  EXPECT_EQ(parse_iso8601("2024-02-29"), at(leap_day_ms));
  EXPECT_EQ(parse_iso8601("1970-01-01"), at(0));
}

TEST(Iso8601, seconds_and_fraction_may_be_missing) {
  EXPECT_EQ(parse_iso8601("2024-02-29T01:02Z"), at(leap_day_ms + 3'720'000));
  EXPECT_EQ(parse_iso8601("2024-02-29T01:02:03Z"), at(leap_day_ms + 3'723'000));
}

TEST(Iso8601, a_fraction_has_any_number_of_digits_and_is_cut_at_milliseconds) {
  EXPECT_EQ(parse_iso8601("1970-01-01T00:00:00.5Z"), at(500));
  EXPECT_EQ(parse_iso8601("1970-01-01T00:00:00.05Z"), at(50));
  EXPECT_EQ(parse_iso8601("1970-01-01T00:00:00.0009Z"), at(0));
  EXPECT_EQ(parse_iso8601("1970-01-01T00:00:00.123999999999Z"), at(123));
}

TEST(Iso8601, a_time_without_zone_is_utc) {
  EXPECT_EQ(parse_iso8601("1970-01-01T00:00:01"), at(1'000));
  EXPECT_EQ(parse_iso8601("1970-01-01T00:00:01.5"), at(1'500));
}

TEST(Iso8601, offsets_are_taken_away) {
  EXPECT_EQ(parse_iso8601("1970-01-01T02:30:00+02:30"), at(0));
  EXPECT_EQ(parse_iso8601("1969-12-31T19:00:00.000-05:00"), at(0));
  EXPECT_EQ(parse_iso8601("1970-01-01T00:00:00+00:00"), at(0));
  EXPECT_EQ(parse_iso8601("1970-01-01T23:59:00+23:59"), at(0));
}

TEST(Iso8601, days_and_hours_that_do_not_exist_are_refused) {
  for (const auto* text :
       {"2023-02-29", "2024-02-30", "2024-13-01", "2024-00-10", "2024-01-00", "2024-04-31", "1900-02-29", "2024-01-01T24:00:00Z",
        "2024-01-01T23:60:00Z", "2024-01-01T23:59:60Z", "2024-01-01T00:00:00+24:00", "2024-01-01T00:00:00+00:60"}) {
    EXPECT_FALSE(parse_iso8601(text)) << text;
  }
  EXPECT_TRUE(parse_iso8601("2000-02-29"));
}

TEST(Iso8601, everything_else_is_refused) {
  for (const auto* text : {"",
                           "x",
                           "2024",
                           "2024-01",
                           "2024-1-1",
                           "24-01-01",
                           "+002024-01-01",
                           "-2024-01-01",
                           "2024/01/01",
                           "20240101",
                           "2024-01-01 00:00:00Z",
                           "2024-01-01t00:00:00Z",
                           "2024-01-01T",
                           "2024-01-01T00",
                           "2024-01-01T00Z",
                           "2024-01-01T00:00:00z",
                           "2024-01-01T00:00:00.Z",
                           "2024-01-01T00:00:00,5Z",
                           "2024-01-01T00:00:00ZZ",
                           "2024-01-01T00:00:00Z ",
                           " 2024-01-01",
                           "2024-01-01T00:00:00+0100",
                           "2024-01-01T00:00:00+01",
                           "2024-01-01T00:00:00 01:00",
                           "2024-01-01T00:00:00-",
                           "2024-01-01T0a:00:00Z",
                           "yesterday",
                           "2024-01-01Z"}) {
    EXPECT_FALSE(parse_iso8601(text)) << text;
  }
}

TEST(Iso8601, every_shorter_text_of_a_whole_one_is_judged_without_harm) {
  const std::string whole = "2024-02-29T23:59:59.999+05:30";
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const bool is_complete = size == 10 || size == 16 || size == 19 || (size >= 21 && size <= 23);
    EXPECT_EQ(parse_iso8601(whole.substr(0, size)).has_value(), is_complete) << whole.substr(0, size);
  }
}

TEST(SystemClock, is_between_the_year_of_this_text_and_the_end_of_ids) {
  const SystemClock clock;
  EXPECT_GT(clock.now(), *parse_iso8601("2024-01-01"));
  EXPECT_LT(clock.now(), *parse_iso8601("2106-02-07"));  // ids hold seconds in four bytes, so the clock must be earlier
}

TEST(SystemClock, steady_time_never_goes_back) {
  const SystemClock clock;
  SteadyTime last = clock.steady_now();
  for (int round = 0; round < 1'000; ++round) {
    const SteadyTime now = clock.steady_now();
    EXPECT_GE(now, last);
    last = now;
  }
}

}  // namespace
}  // namespace parley
