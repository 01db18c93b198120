// Tests the promises of SessionLog::append (src/store/session_log.hpp) about other writers and about the same entries again.
#include <vector>

#include "base/limits.hpp"
#include "contract/append_fixture.hpp"

namespace parley::test {

using store::Append;
using store::AppendOutcome;
using store::AppendStatus;

TEST_P(AppendContract, an_append_behind_the_head_conflicts_and_gets_the_tail) {
  LogScript script(7);
  commit(script.create());
  LogScript fork = script;
  commit(script.texts(3));
  const AppendOutcome outcome = append(fork.text("too late"));
  EXPECT_EQ(outcome.status, AppendStatus::conflict);
  EXPECT_EQ(outcome.head, script.position());
  ASSERT_EQ(outcome.tail.size(), 3u);
  EXPECT_EQ(outcome.tail, std::vector(script.entries().begin() + 1, script.entries().end()));
  EXPECT_EQ(*range(script.number(), 1, 100), script.entries()) << "nothing may be written";
}

TEST_P(AppendContract, what_is_queued_on_top_of_a_conflicting_append_conflicts_as_well) {
  LogScript script(7);
  commit(script.create());
  LogScript fork = script;
  store->hold();
  const std::uint64_t winner = send(script.text("first"));
  const std::uint64_t loser = send(fork.text("second"));
  const std::uint64_t on_top = send(fork.text("third"));
  const std::uint64_t after = send(script.text("goes on"));
  store->release();
  EXPECT_EQ(outcome_of(winner).status, AppendStatus::committed);
  EXPECT_EQ(outcome_of(loser).status, AppendStatus::conflict);
  EXPECT_EQ(outcome_of(on_top).status, AppendStatus::conflict);
  EXPECT_EQ(outcome_of(after).status, AppendStatus::committed);
  EXPECT_TRUE(outcome_of(on_top).tail.empty()) << "its expected position is not in this history";
  EXPECT_EQ(*range(script.number(), 1, 100), script.entries());
}

TEST_P(AppendContract, an_append_queued_before_the_one_that_it_follows_conflicts) {
  LogScript script(7);
  commit(script.create());
  const Append first = script.text("first");
  store->hold();
  const std::uint64_t too_early = send(script.text("second"));
  const std::uint64_t in_time = send(first);
  store->release();
  EXPECT_EQ(outcome_of(too_early).status, AppendStatus::conflict) << "also if its expected position is the head by now";
  EXPECT_TRUE(outcome_of(too_early).tail.empty());
  EXPECT_EQ(outcome_of(in_time).status, AppendStatus::committed);
  EXPECT_EQ((*last(script.number()))->seq, 2u);
}

TEST_P(AppendContract, creating_a_session_that_exists_conflicts) {
  LogScript script(7);
  LogScript other(7, 3, 4);
  commit(script.create());
  const AppendOutcome outcome = append(other.create());
  EXPECT_EQ(outcome.status, AppendStatus::conflict);
  EXPECT_EQ(outcome.tail, script.entries());
  EXPECT_FALSE(find_open(3, 4)->has_value()) << "the row is part of the append";
}

TEST_P(AppendContract, an_append_ahead_of_the_log_conflicts) {
  LogScript script(7);
  commit(script.create());
  LogScript ahead = script;
  static_cast<void>(ahead.text("never sent"));
  const AppendOutcome outcome = append(ahead.text("has no predecessor"));
  EXPECT_EQ(outcome.status, AppendStatus::conflict);
  EXPECT_EQ(outcome.head, script.position());
  EXPECT_TRUE(outcome.tail.empty());
}

TEST_P(AppendContract, an_append_to_a_session_that_does_not_exist_conflicts) {
  LogScript script(7);
  static_cast<void>(script.create());
  const AppendOutcome outcome = append(script.text("has no predecessor"));
  EXPECT_EQ(outcome.status, AppendStatus::conflict);
  EXPECT_EQ(outcome.head, domain::Position{});
}

TEST_P(AppendContract, the_right_seq_with_another_digest_conflicts) {
  LogScript script(7);
  commit(script.create());
  LogScript fork = script;
  commit(script.text("this history"));
  static_cast<void>(fork.text("another history"));
  const AppendOutcome outcome = append(fork.text("on top of it"));
  EXPECT_EQ(outcome.status, AppendStatus::conflict);
  EXPECT_EQ(outcome.head, script.position());
  EXPECT_TRUE(outcome.tail.empty());
}

TEST_P(AppendContract, the_tail_of_a_conflict_is_bounded) {
  LogScript script(7);
  commit(script.create());
  LogScript fork = script;
  for (std::size_t count = 0; count < limits::conflict_tail_entries_max + 64; count += 64) commit(script.texts(64));
  const AppendOutcome outcome = append(fork.text("far behind"));
  EXPECT_EQ(outcome.status, AppendStatus::conflict);
  EXPECT_EQ(outcome.tail.size(), limits::conflict_tail_entries_max);
  EXPECT_EQ(outcome.tail.front().seq, 2u);
  EXPECT_EQ(outcome.head, script.position());
}

TEST_P(AppendContract, the_tail_of_a_conflict_is_bounded_in_bytes) {
  LogScript script(7);
  commit(script.create());
  LogScript fork = script;
  const std::string long_text(30'000, 'x');
  for (std::size_t bytes = 0; bytes <= limits::conflict_tail_bytes_max + long_text.size(); bytes += long_text.size())
    commit(script.text(long_text));
  const AppendOutcome outcome = append(fork.text("far behind"));
  EXPECT_EQ(outcome.status, AppendStatus::conflict);
  ASSERT_FALSE(outcome.tail.empty());
  std::size_t bytes = 0;
  for (const domain::EncodedEntry& entry : outcome.tail) bytes += entry.size_bytes();
  EXPECT_GE(bytes, limits::conflict_tail_bytes_max);
  EXPECT_LT(bytes, limits::conflict_tail_bytes_max + 2 * limits::entry_bytes_max);
  EXPECT_EQ(outcome.head, script.position());
}

// Again

TEST_P(AppendContract, the_same_entries_again_are_committed_once) {
  LogScript script(7);
  commit(script.create());
  const Append text = script.text("once", "m-1");
  commit(text);
  const AppendOutcome again = append(text);
  EXPECT_EQ(again.status, AppendStatus::committed);
  EXPECT_EQ(again.head, script.position());
  EXPECT_EQ(*range(script.number(), 1, 100), script.entries());
}

TEST_P(AppendContract, the_same_entries_again_are_recognised_under_later_ones_and_after_their_erasure) {
  LogScript script(7);
  commit(script.create());
  const Append text = script.text("once", "m-1");
  commit(text);
  const domain::Position position = script.position();
  commit(script.texts(3));
  commit(script.remove(2));
  const AppendOutcome again = append(text);
  EXPECT_EQ(again.status, AppendStatus::committed);
  EXPECT_EQ(again.head, position) << "of the last entry of the call";
  EXPECT_TRUE(entry(script.number(), 2)->body.empty()) << "the text does not come back";
}

TEST_P(AppendContract, the_same_entries_twice_in_one_commit_are_committed_once) {
  LogScript script(7);
  commit(script.create());
  const Append text = script.text("once");
  store->hold();
  const std::uint64_t first = send(text);
  const std::uint64_t second = send(text);
  store->release();
  EXPECT_EQ(outcome_of(first).status, AppendStatus::committed);
  EXPECT_EQ(outcome_of(second).status, AppendStatus::committed);
  EXPECT_EQ(outcome_of(second).head, script.position());
  EXPECT_EQ(range(script.number(), 1, 100)->size(), 2u);
}

}  // namespace parley::test
