// Conversations with the sequencer: an event, and the actions that follow. Values alone; see world.hpp for whole sessions.
#include "service/session/sequencer.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "base/limits.hpp"
#include "domain/error_code.hpp"

namespace parley::service {
namespace {

using As = Sequencer::Decided::As;
using State = Sequencer::State;
using store::AppendStatus;

const Error unavailable{ErrorCode::store_failed, "the store is away", {}};
const Error corrupt{ErrorCode::log_corrupt, "the log is damaged", {}};
const Error forbidden{ErrorCode::forbidden, "not allowed", {}};

std::string text_of(const Action& action) {
  const std::string index = std::to_string(action.index);
  switch (action.kind) {
    case Action::Kind::decide:
      return "decide " + index;
    case Action::Kind::append:
      return "append " + index;
    case Action::Kind::read:
      return "read " + index;
    case Action::Kind::await:
      return "await " + index;
    case Action::Kind::forget_read:
      return "forget " + index;
    case Action::Kind::roll_back:
      return "roll back to " + index;
    case Action::Kind::take_tail:
      return "take tail";
    case Action::Kind::read_news:
      return "read news";
    case Action::Kind::retry_news:
      return "retry news";
    case Action::Kind::commit:
      return "commit";
    case Action::Kind::settle:
      return "settle";
    case Action::Kind::refuse:
      return "refuse: " + action.error->message;
  }
  return "?";
}

/// Each method is an event; it returns all actions that follow, as text.
class SequencerTest : public testing::Test {
 protected:
  std::string submit() { return after(Sequencer::Submitted{}); }
  std::string decided(As as) { return after(Sequencer::Decided{as}); }
  std::string refused() { return after(Sequencer::Decided{As::refused, forbidden}); }
  std::string read_ended() { return after(Sequencer::ReadEnded{}); }
  std::string read_failed() { return after(Sequencer::ReadEnded{unavailable}); }
  std::string committed(std::size_t index) { return after(Sequencer::Settled{index, AppendStatus::committed}); }
  std::string failed(std::size_t index) { return after(Sequencer::Settled{index, AppendStatus::refused, unavailable}); }
  std::string unknown(std::size_t index) { return after(Sequencer::Settled{index, AppendStatus::unknown, unavailable}); }
  std::string conflict(std::size_t index) { return after(Sequencer::Settled{index, AppendStatus::conflict, {}, true}); }
  std::string conflict_without_tail(std::size_t index) { return after(Sequencer::Settled{index, AppendStatus::conflict}); }
  std::string tail_taken() { return after(Sequencer::TailTaken{Sequencer::TailTaken::Up::to_the_end}); }
  std::string tail_taken_in_part() { return after(Sequencer::TailTaken{Sequencer::TailTaken::Up::not_to_the_end}); }
  std::string news_taken() { return after(Sequencer::NewsEnded{}); }
  std::string more_news() { return after(Sequencer::NewsEnded{{}, Sequencer::NewsEnded::More::yes}); }
  std::string no_news(const Error& error) { return after(Sequencer::NewsEnded{error}); }
  std::string log_grew() { return after(Sequencer::LogGrew{}); }

  /// One step in flight more.
  void propose() {
    submit();
    decided(As::proposed);
  }

  Sequencer sequencer;

 private:
  template <typename Event>
  std::string after(Event event) {
    sequencer.on(std::move(event));
    std::string actions;
    while (const auto action = sequencer.next()) actions += (actions.empty() ? "" : ", ") + text_of(*action);
    return actions;
  }
};

TEST_F(SequencerTest, a_step_is_decided_appended_and_committed) {
  EXPECT_TRUE(sequencer.idle());
  EXPECT_EQ(submit(), "decide 0");
  EXPECT_EQ(decided(As::proposed), "append 0");
  EXPECT_FALSE(sequencer.idle());
  EXPECT_EQ(committed(0), "commit");
  EXPECT_TRUE(sequencer.idle());
}

TEST_F(SequencerTest, appends_overlap) {
  EXPECT_EQ(submit(), "decide 0");
  EXPECT_EQ(decided(As::proposed), "append 0");
  EXPECT_EQ(submit(), "decide 1");
  EXPECT_EQ(decided(As::proposed), "append 1");
  EXPECT_EQ(committed(0), "commit");
  EXPECT_EQ(committed(0), "commit");
}

TEST_F(SequencerTest, one_step_is_decided_at_a_time) {
  EXPECT_EQ(submit(), "decide 0");
  EXPECT_EQ(submit(), "");
  EXPECT_EQ(decided(As::proposed), "append 0, decide 1");
}

TEST_F(SequencerTest, answers_keep_the_order_of_the_line) {
  propose();
  propose();
  EXPECT_EQ(committed(1), "");
  EXPECT_EQ(committed(0), "commit, commit");
}

TEST_F(SequencerTest, a_step_with_nothing_to_append_waits_for_the_answers_before_it) {
  propose();
  EXPECT_EQ(submit(), "decide 1");
  EXPECT_EQ(decided(As::settled), "");
  EXPECT_EQ(committed(0), "commit, settle");
}

TEST_F(SequencerTest, a_refusal_waits_for_the_answers_before_it) {
  propose();
  EXPECT_EQ(submit(), "decide 1");
  EXPECT_EQ(refused(), "");
  EXPECT_EQ(committed(0), "commit, refuse: not allowed");
}

TEST_F(SequencerTest, the_first_in_line_is_answered_at_once) {
  EXPECT_EQ(submit(), "decide 0");
  EXPECT_EQ(decided(As::settled), "settle");
  EXPECT_EQ(submit(), "decide 0");
  EXPECT_EQ(refused(), "refuse: not allowed");
}

TEST_F(SequencerTest, a_step_that_waits_for_its_turn_is_decided_again_after_each_event) {
  propose();
  propose();
  EXPECT_EQ(submit(), "decide 2");
  EXPECT_EQ(decided(As::waits_for_turn), "");
  EXPECT_EQ(committed(0), "commit, decide 1");
  EXPECT_EQ(decided(As::waits_for_turn), "");
  EXPECT_EQ(committed(0), "commit, decide 0");
  EXPECT_EQ(decided(As::settled), "settle");
}

TEST_F(SequencerTest, while_a_step_reads_nothing_else_is_decided) {
  EXPECT_EQ(submit(), "decide 0");
  EXPECT_EQ(decided(As::reads), "read 0");
  EXPECT_EQ(submit(), "");
  EXPECT_FALSE(sequencer.idle());
  EXPECT_EQ(read_ended(), "decide 0");
  EXPECT_EQ(decided(As::proposed), "append 0, decide 1");
}

TEST_F(SequencerTest, while_a_step_awaits_nothing_else_is_decided) {
  EXPECT_EQ(submit(), "decide 0");
  EXPECT_EQ(decided(As::awaits), "await 0");
  EXPECT_EQ(submit(), "");
  EXPECT_EQ(read_ended(), "decide 0");
}

TEST_F(SequencerTest, answers_are_given_while_a_later_step_reads) {
  propose();
  EXPECT_EQ(submit(), "decide 1");
  EXPECT_EQ(decided(As::reads), "read 1");
  EXPECT_EQ(committed(0), "commit");
  EXPECT_EQ(sequencer.state(0), State::reading);
  EXPECT_EQ(read_ended(), "decide 0");
}

TEST_F(SequencerTest, a_failed_read_refuses_its_step_alone) {
  EXPECT_EQ(submit(), "decide 0");
  EXPECT_EQ(decided(As::reads), "read 0");
  EXPECT_EQ(submit(), "");
  EXPECT_EQ(read_failed(), "refuse: the store is away, decide 0");
}

TEST_F(SequencerTest, a_failed_append_fails_the_later_ones) {
  propose();
  propose();
  propose();
  EXPECT_EQ(failed(1), "roll back to 1");
  EXPECT_EQ(sequencer.state(0), State::in_flight);
  EXPECT_EQ(sequencer.state(2), State::failed);
  EXPECT_EQ(committed(0), "commit, refuse: the store is away, refuse: the store is away");
}

TEST_F(SequencerTest, after_a_failed_append_steps_that_were_only_decided_are_decided_again) {
  propose();
  submit();
  EXPECT_EQ(decided(As::settled), "");
  submit();
  EXPECT_EQ(refused(), "");
  EXPECT_EQ(failed(0), "roll back to 0, forget 1, forget 2, refuse: the store is away, decide 0");
  EXPECT_EQ(decided(As::proposed), "append 0, decide 1");
}

TEST_F(SequencerTest, a_read_across_a_failed_append_is_out_of_date) {
  propose();
  submit();
  EXPECT_EQ(decided(As::reads), "read 1");
  EXPECT_EQ(failed(0), "roll back to 0, refuse: the store is away");
  EXPECT_EQ(read_ended(), "forget 0, decide 0");
}

TEST_F(SequencerTest, after_an_unknown_outcome_the_log_is_read_before_the_next_step_is_decided) {
  propose();
  propose();
  EXPECT_EQ(unknown(0), "roll back to 0, refuse: the store is away, refuse: the store is away");
  EXPECT_EQ(submit(), "read news");
  EXPECT_EQ(submit(), "");
  EXPECT_EQ(news_taken(), "decide 0");
}

TEST_F(SequencerTest, the_log_is_not_read_while_an_append_is_in_flight) {
  propose();
  propose();
  EXPECT_EQ(unknown(1), "roll back to 1");
  EXPECT_EQ(submit(), "");
  EXPECT_EQ(committed(0), "commit, refuse: the store is away, read news");
}

TEST_F(SequencerTest, when_the_log_cannot_be_read_the_waiting_steps_fail_and_the_doubt_remains) {
  propose();
  unknown(0);
  EXPECT_EQ(submit(), "read news");
  EXPECT_EQ(submit(), "");
  EXPECT_EQ(no_news(unavailable), "refuse: the store is away, refuse: the store is away");
  EXPECT_EQ(submit(), "read news");
}

TEST_F(SequencerTest, after_a_conflict_the_entries_of_the_other_writer_are_taken_in_and_every_check_runs_again) {
  propose();
  propose();
  EXPECT_EQ(conflict(0), "forget 0, forget 1, roll back to 0, take tail");
  EXPECT_EQ(tail_taken(), "decide 0");
  EXPECT_EQ(decided(As::proposed), "append 0, decide 1");
  EXPECT_EQ(refused(), "");
  EXPECT_EQ(committed(0), "commit, refuse: not allowed");
}

TEST_F(SequencerTest, entries_that_do_not_reach_the_end_are_followed_by_a_read) {
  propose();
  EXPECT_EQ(conflict(0), "forget 0, roll back to 0, take tail");
  EXPECT_EQ(tail_taken_in_part(), "read news");
  EXPECT_EQ(news_taken(), "decide 0");
}

TEST_F(SequencerTest, a_conflict_without_entries_is_followed_by_a_read) {
  propose();
  EXPECT_EQ(conflict_without_tail(0), "forget 0, roll back to 0, read news");
}

TEST_F(SequencerTest, a_conflict_after_an_append_in_flight_waits_for_it_and_reads) {
  propose();
  propose();
  EXPECT_EQ(conflict(1), "forget 1, roll back to 1");
  EXPECT_EQ(committed(0), "commit, read news");
  EXPECT_EQ(news_taken(), "decide 0");
}

TEST_F(SequencerTest, a_committed_step_is_not_decided_again_by_a_conflict_before_it) {
  propose();
  propose();
  EXPECT_EQ(committed(1), "");
  EXPECT_EQ(conflict(0), "forget 0, roll back to 0, take tail");
  EXPECT_EQ(sequencer.state(1), State::committed);
}

TEST_F(SequencerTest, a_step_gives_up_after_too_many_conflicts) {
  propose();
  for (unsigned count = 0; count < limits::append_conflicts_max; ++count) {
    EXPECT_EQ(conflict(0), "forget 0, roll back to 0, take tail");
    EXPECT_EQ(tail_taken(), "decide 0");
    EXPECT_EQ(decided(As::proposed), "append 0");
  }
  EXPECT_EQ(conflict(0), "roll back to 0, take tail");
  EXPECT_EQ(tail_taken(), "refuse: Server is overloaded, please try again");
}

TEST_F(SequencerTest, the_log_grew_is_read_at_once) {
  EXPECT_EQ(log_grew(), "read news");
  EXPECT_FALSE(sequencer.idle());
  EXPECT_EQ(news_taken(), "");
  EXPECT_TRUE(sequencer.idle());
}

TEST_F(SequencerTest, the_log_grew_waits_for_appends_in_flight) {
  propose();
  EXPECT_EQ(log_grew(), "");
  EXPECT_EQ(submit(), "");
  EXPECT_EQ(committed(0), "commit, read news");
  EXPECT_EQ(news_taken(), "decide 0");
}

TEST_F(SequencerTest, the_log_grew_while_it_was_read_is_read_again) {
  EXPECT_EQ(log_grew(), "read news");
  EXPECT_EQ(log_grew(), "");
  EXPECT_EQ(news_taken(), "read news");
}

TEST_F(SequencerTest, a_read_that_ended_at_its_bound_goes_on) {
  EXPECT_EQ(log_grew(), "read news");
  EXPECT_EQ(more_news(), "read news");
  EXPECT_EQ(news_taken(), "");
}

TEST_F(SequencerTest, a_failed_read_of_growth_is_repeated_later) {
  EXPECT_EQ(log_grew(), "read news");
  EXPECT_EQ(no_news(unavailable), "retry news");
  EXPECT_EQ(log_grew(), "read news");
}

TEST_F(SequencerTest, a_damaged_log_is_not_read_again_by_itself) {
  EXPECT_EQ(log_grew(), "read news");
  EXPECT_EQ(no_news(corrupt), "");
}

TEST_F(SequencerTest, a_failed_read_in_doubt_is_not_repeated_by_itself) {
  propose();
  unknown(0);
  EXPECT_EQ(submit(), "read news");
  EXPECT_EQ(no_news(unavailable), "refuse: the store is away");
}

TEST_F(SequencerTest, a_long_line_is_answered_in_its_order) {
  for (int count = 0; count < 100; ++count) propose();
  for (std::size_t index = 99; index > 0; --index) EXPECT_EQ(committed(index), "");
  std::string all = "commit";
  for (int count = 1; count < 100; ++count) all += ", commit";
  EXPECT_EQ(committed(0), all);
  EXPECT_TRUE(sequencer.idle());
}

}  // namespace
}  // namespace parley::service
