// Deletions of other software: which ones are applied. A deletion is applied only if few others come at the same time.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "base/limits.hpp"
#include "store/mongo/adoption/deletion_guard.hpp"

namespace parley::store::mongo {

namespace {

using Ruling = DeletionGuard::Ruling;

Timestamp second(int count) {
  return Timestamp{std::chrono::seconds{1'000'000 + count}};
}

class Deletions : public testing::Test {
 protected:
  void add(int count, std::uint64_t session, std::uint64_t live_texts, int at) {
    for (int index = 0; index < count; ++index) {
      const std::uint64_t live = live_texts - static_cast<std::uint64_t>(index);
      guard.add({.message = {}, .session = SessionNumber{session}, .seq = 3, .live_texts = live, .at = second(at), .event = ++events});
    }
  }
  std::map<Ruling, int> rule(int seen) {
    std::map<Ruling, int> counts;
    for (const auto& ruled : guard.rule(second(seen))) ++counts[ruled.ruling];
    return counts;
  }
  using Counts = std::map<Ruling, int>;

  DeletionGuard guard;
  std::uint64_t events = 0;
};

}  // namespace

TEST_F(Deletions, wait_until_what_comes_with_them_is_known) {
  add(1, 7, 10, 0);
  EXPECT_EQ(guard.waiting(), 1u);
  EXPECT_EQ(rule(0), Counts());
  EXPECT_EQ(rule(1), Counts());
  EXPECT_EQ(rule(2), (Counts{{Ruling::applies, 1}}));
  EXPECT_EQ(guard.waiting(), std::nullopt);
  EXPECT_EQ(rule(9), Counts());
}

TEST_F(Deletions, of_a_small_session_apply_up_to_the_limit_and_not_past_it) {
  const int limit = static_cast<int>(limits::mongo_deletions_of_session);
  add(limit, 7, 10, 0);
  EXPECT_EQ(rule(2), (Counts{{Ruling::applies, limit}}));
  add(limit + 1, 7, 10, 10);
  EXPECT_EQ(rule(12), (Counts{{Ruling::too_many_in_session, limit + 1}}));
}

TEST_F(Deletions, of_a_large_session_apply_up_to_one_in_a_hundred) {
  EXPECT_EQ(deletions_allowed(10), limits::mongo_deletions_of_session);
  EXPECT_EQ(deletions_allowed(5'000), 50u);
  add(50, 7, 5'000, 0);
  EXPECT_EQ(rule(2), (Counts{{Ruling::applies, 50}}));
  add(51, 7, 5'000, 10);
  EXPECT_EQ(rule(12), (Counts{{Ruling::too_many_in_session, 51}}));
}

TEST_F(Deletions, one_after_the_other_apply_however_many) {
  for (int at = 0; at < 60; at += 2) add(2, 7, 200, at);
  EXPECT_EQ(rule(100), (Counts{{Ruling::applies, 60}}));
}

TEST_F(Deletions, of_two_neighbouring_seconds_are_of_one_time) {
  add(3, 7, 10, 0);
  add(3, 7, 10, 1);
  EXPECT_EQ(rule(10), (Counts{{Ruling::too_many_in_session, 6}}));
}

TEST_F(Deletions, of_another_session_do_not_count) {
  add(6, 7, 10, 0);
  add(1, 8, 10, 0);
  EXPECT_EQ(rule(2), (Counts{{Ruling::too_many_in_session, 6}, {Ruling::applies, 1}}));
}

TEST_F(Deletions, of_all_sessions_together_are_a_flood_past_the_limit) {
  const int limit = static_cast<int>(limits::mongo_deletions_at_once);
  for (int session = 1; session <= limit; ++session) add(1, static_cast<std::uint64_t>(session), 10, 0);
  EXPECT_FALSE(guard.is_flooded(second(0)));
  EXPECT_EQ(rule(2), (Counts{{Ruling::applies, limit}}));
  for (int session = 1; session <= limit + 1; ++session) add(1, static_cast<std::uint64_t>(session), 10, 20);
  EXPECT_TRUE(guard.is_flooded(second(20)));
  EXPECT_FALSE(guard.is_flooded(second(22)));
  EXPECT_EQ(rule(22), (Counts{{Ruling::too_many_at_once, limit + 1}}));
}

TEST_F(Deletions, that_were_ruled_on_are_counted_as_long_as_they_are_of_one_time) {
  add(4, 7, 10, 0);
  EXPECT_EQ(rule(2), (Counts{{Ruling::applies, 4}}));
  add(2, 7, 6, 1);  // late: the search for its entry was repeated
  EXPECT_EQ(rule(9), (Counts{{Ruling::too_many_in_session, 2}}));
}

}  // namespace parley::store::mongo
