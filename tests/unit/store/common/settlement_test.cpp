// The settlement of an append, as a table: the append, the log that the engine read, and the outcome.
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "domain/error_code.hpp"
#include "store/common/settlement.hpp"
#include "support/log_script.hpp"

namespace parley::store {

namespace {

using domain::EncodedEntry;
using domain::Position;
using test::LogScript;

std::string committed(const Position& last) {
  return "committed " + last.to_string();
}
/// `tail` as in "2-4", or "none".
std::string conflict(const Position& head, const std::string& tail) {
  return "conflict " + head.to_string() + " tail " + tail;
}
const std::string open = "open";

/// The entries `first` to `last` of a script, and its head as the head of the log.
LogExcerpt excerpt(const LogScript& log, std::uint32_t first, std::uint32_t last) {
  LogExcerpt made{.head = log.position(), .first = first};
  made.entries.assign(log.entries().begin() + (first - 1), log.entries().begin() + last);
  return made;
}

LogExcerpt with_damage_at(std::size_t index, LogExcerpt log) {
  log.entries[index].trailer.back() ^= 1;
  return log;
}

std::string settled(const Append& append, const LogExcerpt& log, AtHead at_head) {
  const auto outcome = settlement_of(append, log, at_head);
  if (!outcome) return "refused " + std::string(error_row(outcome.error().code).name);
  if (!*outcome) return open;
  if ((*outcome)->status == AppendStatus::committed) return committed((*outcome)->head);
  const std::vector<EncodedEntry>& tail = (*outcome)->tail;
  return conflict((*outcome)->head, tail.empty() ? "none" : std::to_string(tail.front().seq) + "-" + std::to_string(tail.back().seq));
}

/// One history: entry 1 is `create`, 2 and 3 are `pair`, 4 is `later`. `other` has another 2 and 3 after the same 1.
class Settlement : public testing::Test {
 protected:
  Settlement() {
    create = log.create();
    other = log;
    at_1 = log;
    pair = log.texts(2);
    at_3 = log;
    later = log.text("later");
    other_pair_first = other.text("another history");
    other_pair_second = other.text("and its end");
  }

  /// Expects the same for both engines.
  static void expect(const Append& append, const LogExcerpt& read, const std::string& outcome) {
    EXPECT_EQ(settled(append, read, AtHead::is_open), outcome);
    EXPECT_EQ(settled(append, read, AtHead::conflicts), outcome);
  }

  LogScript log{7};
  LogScript other{7};
  LogScript at_1{7};  // the log when it had one entry
  LogScript at_3{7};
  Append create, pair, later, other_pair_first, other_pair_second;
};

}  // namespace

// Committed: the log holds the entries

TEST_F(Settlement, entries_at_the_end_of_the_log_are_committed) {
  expect(pair, excerpt(at_3, 1, 3), committed(at_3.position()));
}

TEST_F(Settlement, entries_under_later_ones_are_committed_at_their_own_position) {
  expect(pair, excerpt(log, 1, 4), committed(at_3.position()));
}

TEST_F(Settlement, a_new_session_that_is_there_is_committed) {
  expect(create, excerpt(log, 1, 4), committed(at_1.position()));
}

TEST_F(Settlement, an_entry_whose_body_was_erased_is_committed) {
  LogExcerpt read = excerpt(log, 1, 4);
  read.entries[1] = domain::emptied(read.entries[1]).value();
  expect(pair, read, committed(at_3.position()));
}

TEST_F(Settlement, the_excerpt_may_begin_before_the_expected_position) {
  expect(later, excerpt(log, 1, 4), committed(log.position()));
}

TEST_F(Settlement, the_excerpt_may_begin_at_the_expected_position) {
  expect(later, excerpt(log, 3, 4), committed(log.position()));
}

// Conflict: other entries are there

TEST_F(Settlement, other_entries_after_the_expected_position_are_the_tail) {
  expect(other_pair_first, excerpt(log, 1, 4), conflict(log.position(), "2-4"));
}

TEST_F(Settlement, another_creation_of_the_session_gets_the_log_as_its_tail) {
  expect(LogScript(7, 3, 4).create(), excerpt(log, 1, 4), conflict(log.position(), "1-4"));
}

TEST_F(Settlement, the_first_of_two_entries_alone_is_not_the_append) {
  LogScript only_first = at_1;
  static_cast<void>(only_first.text("text 2"));
  ASSERT_EQ(only_first.entries()[1], log.entries()[1]);
  expect(pair, excerpt(only_first, 1, 2), conflict(only_first.position(), "2-2"));
}

TEST_F(Settlement, a_last_entry_that_differs_is_not_the_append) {
  LogScript differs = at_1;
  static_cast<void>(differs.text("text 2"));
  static_cast<void>(differs.text("not text 3"));
  expect(pair, excerpt(differs, 1, 3), conflict(differs.position(), "2-3"));
}

TEST_F(Settlement, the_tail_ends_where_the_excerpt_ends) {
  LogExcerpt read = excerpt(log, 1, 3);
  expect(other_pair_first, read, conflict(log.position(), "2-3"));
  read.entries.resize(1);
  expect(other_pair_first, read, conflict(log.position(), "none"));
}

// Conflict: the log does not have the expected position

TEST_F(Settlement, another_history_at_the_expected_position_gives_no_tail) {
  expect(other_pair_second, excerpt(log, 1, 4), conflict(log.position(), "none"));
}

TEST_F(Settlement, another_history_at_the_head_gives_no_tail_and_is_not_open) {
  static_cast<void>(other.text("as long as the log"));
  expect(other.text("on top of it"), excerpt(log, 4, 4), conflict(log.position(), "none"));
}

TEST_F(Settlement, a_position_one_after_the_head_conflicts) {
  expect(other_pair_second, excerpt(at_1, 1, 1), conflict(at_1.position(), "none"));
}

TEST_F(Settlement, a_position_in_a_log_that_does_not_exist_conflicts) {
  expect(pair, {.first = 1}, conflict({}, "none"));
}

TEST_F(Settlement, a_position_one_before_the_excerpt_is_not_known) {
  expect(pair, excerpt(log, 2, 4), conflict(log.position(), "none"));
  expect(create, excerpt(log, 2, 4), conflict(log.position(), "none"));
}

TEST_F(Settlement, a_position_that_cannot_be_read_is_not_known) {
  expect(pair, with_damage_at(0, excerpt(log, 1, 4)), conflict(log.position(), "none"));
}

// At the head

TEST_F(Settlement, an_append_at_the_head_is_open_for_an_engine_that_may_still_write_it) {
  EXPECT_EQ(settled(pair, excerpt(at_1, 1, 1), AtHead::is_open), open);
  EXPECT_EQ(settled(pair, excerpt(at_1, 1, 1), AtHead::conflicts), conflict(at_1.position(), "none"));
}

TEST_F(Settlement, a_new_session_without_a_log_is_open_in_the_same_way) {
  EXPECT_EQ(settled(create, {}, AtHead::is_open), open);
  EXPECT_EQ(settled(create, {}, AtHead::conflicts), conflict({}, "none"));
}

TEST_F(Settlement, an_append_one_before_the_head_is_not_open) {
  expect(pair, {.head = other_pair_second.expected, .first = 1, .entries = excerpt(other, 1, 2).entries},
         conflict(other_pair_second.expected, "2-2"));
}

// Damage

TEST_F(Settlement, entries_whose_last_one_is_damaged_are_refused) {
  expect(pair, with_damage_at(2, excerpt(log, 1, 4)), "refused log_corrupt");
}

TEST_F(Settlement, damage_before_or_after_the_last_one_does_not_matter) {
  expect(pair, with_damage_at(1, excerpt(log, 1, 4)), committed(at_3.position()));
  expect(pair, with_damage_at(3, excerpt(log, 1, 4)), committed(at_3.position()));
}

// The outcome

TEST_F(Settlement, every_outcome_names_session_and_token) {
  pair.token = 41;
  other_pair_first.token = 42;
  const auto done = settlement_of(pair, excerpt(log, 1, 4), AtHead::conflicts);
  const auto refused = settlement_of(other_pair_first, excerpt(log, 1, 4), AtHead::conflicts);
  EXPECT_EQ((*done)->session, log.number());
  EXPECT_EQ((*done)->token, 41u);
  EXPECT_EQ((*refused)->session, log.number());
  EXPECT_EQ((*refused)->token, 42u);
}

TEST_F(Settlement, only_a_conflict_has_a_tail_and_neither_has_an_error) {
  const auto done = settlement_of(pair, excerpt(log, 1, 4), AtHead::conflicts);
  const auto lost = settlement_of(other_pair_first, excerpt(log, 1, 4), AtHead::conflicts);
  EXPECT_TRUE((*done)->tail.empty());
  EXPECT_EQ((*lost)->tail, std::vector(log.entries().begin() + 1, log.entries().end()));
  EXPECT_FALSE((*done)->error.has_value());
  EXPECT_FALSE((*lost)->error.has_value());
}

TEST_F(Settlement, the_entries_after_a_position_are_those_that_a_reader_may_add_to) {
  EXPECT_EQ(entries_after(pair.expected, excerpt(log, 1, 1))->size(), 0u);
  EXPECT_EQ(entries_after(pair.expected, excerpt(log, 1, 4))->size(), 3u);
  EXPECT_EQ(entries_after({}, {})->size(), 0u);
  EXPECT_FALSE(entries_after(other_pair_second.expected, excerpt(log, 2, 2)).has_value());
}

}  // namespace parley::store
