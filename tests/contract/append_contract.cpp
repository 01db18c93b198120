// Tests each promise of SessionLog::append (src/store/session_log.hpp). Conflicts are in conflict_contract.cpp.
#include <vector>

#include "base/limits.hpp"
#include "contract/append_fixture.hpp"
#include "domain/error_code.hpp"

namespace parley::test {

using store::Append;
using store::AppendOutcome;
using store::AppendStatus;

INSTANTIATE_TEST_SUITE_P(Engines, AppendContract, testing::ValuesIn(engines()), [](const auto& run) { return run.param.name; });

TEST_P(AppendContract, a_committed_append_can_be_read_byte_for_byte) {
  LogScript script(7);
  commit(script.create());
  commit(script.text("hello", "m-1"));
  const auto entries = range(script.number(), 1, 100);
  ASSERT_TRUE(entries.has_value());
  EXPECT_EQ(*entries, script.entries());
}

TEST_P(AppendContract, the_outcome_names_session_token_and_position) {
  LogScript script(7);
  const std::uint64_t token = send(script.create());
  const AppendOutcome outcome = outcome_of(token);
  EXPECT_EQ(outcome.status, AppendStatus::committed);
  EXPECT_EQ(outcome.session, script.number());
  EXPECT_EQ(outcome.head, script.position());
  EXPECT_FALSE(outcome.error.has_value());
}

TEST_P(AppendContract, a_committed_outcome_gives_the_entries_back) {
  LogScript script(7);
  EXPECT_EQ(append(script.create()).entries, script.entries());
  const Append texts = script.texts(3);
  EXPECT_EQ(append(texts).entries, texts.entries);
  EXPECT_EQ(append(texts).entries, texts.entries) << "also when they are in the log already";
}

TEST_P(AppendContract, an_id_has_one_log_whoever_creates_its_session) {
  LogScript first(7, 1, 2);
  LogScript second(8, 3, 4, first.row().id);
  commit(first.create());
  const AppendOutcome taken = append(second.create());
  EXPECT_EQ(taken.status, AppendStatus::refused);
  ASSERT_TRUE(taken.error.has_value());
  EXPECT_EQ(taken.error->code, ErrorCode::already_exists);
  EXPECT_FALSE(last(second.number())->has_value());
  EXPECT_EQ((*find_session(first.row().id))->number, first.number());
  EXPECT_FALSE(*find_open(3, 4));
  commit(first.start());
}

TEST_P(AppendContract, of_two_sessions_of_one_id_in_one_commit_the_first_is_kept) {
  LogScript first(7, 1, 2);
  LogScript second(8, 3, 4, first.row().id);
  store->hold();
  const auto token = send(first.create());
  const auto taken = send(second.create());
  store->release();
  const bool is_first = outcome_of(token).status == AppendStatus::committed;
  const AppendOutcome other = outcome_of(taken);
  EXPECT_NE(is_first, other.status == AppendStatus::committed) << "exactly one";
  const auto kept = is_first ? first.number() : second.number();
  EXPECT_EQ((*find_session(first.row().id))->number, kept);
  EXPECT_FALSE(last(is_first ? second.number() : first.number())->has_value());
}

TEST_P(AppendContract, no_outcome_comes_inside_the_call) {
  LogScript script(7);
  send(script.create());
  EXPECT_TRUE(outcomes.all.empty());
}

TEST_P(AppendContract, appends_of_a_session_are_committed_in_call_order) {
  LogScript script(7);
  std::vector<std::uint64_t> tokens = {send(script.create())};
  for (int index = 0; index < 200; ++index) tokens.push_back(send(script.text("text " + std::to_string(index))));
  EXPECT_EQ(outcome_of(tokens.back()).head, script.position());
  ASSERT_EQ(outcomes.all.size(), tokens.size());
  for (std::size_t index = 0; index < tokens.size(); ++index) EXPECT_EQ(outcomes.all[index].token, tokens[index]);
  EXPECT_EQ(*range(script.number(), 1, 1000), script.entries());
}

TEST_P(AppendContract, sessions_do_not_disturb_one_another) {
  LogScript first(1, 10, 11);
  LogScript second(0xffffffffffull, 12, 13);
  commit(first.create());
  commit(second.create());
  commit(first.texts(3));
  commit(second.texts(5));
  EXPECT_EQ(*range(first.number(), 1, 100), first.entries());
  EXPECT_EQ(*range(second.number(), 1, 100), second.entries());
  EXPECT_EQ((*last(second.number()))->seq, 6u);
}

TEST_P(AppendContract, what_waits_for_one_commit_comes_in_one_call) {
  LogScript script(7);
  commit(script.create());
  store->hold();
  const std::uint64_t first = send(script.text("begins a commit, perhaps"));
  std::uint64_t token = first;
  for (int index = 0; index < 50; ++index) token = send(script.text("waits"));
  store->release();
  outcomes.calls.clear();
  outcome_of(token);
  EXPECT_LE(outcomes.calls.size(), 4u);  // the first append may be committed alone
}

TEST_P(AppendContract, nothing_is_told_or_shown_before_it_is_durable) {
  LogScript script(7);
  commit(script.create());
  store->hold();
  const auto before = script.entries();
  const std::uint64_t token = send(script.text("not yet", "m-1"));
  loop.run_pending();
  EXPECT_EQ(outcomes.of(token), nullptr);
  EXPECT_EQ(*range(script.number(), 1, 100), before);
  EXPECT_EQ((*last(script.number()))->seq, 1u);
  EXPECT_EQ(entry(script.number(), 2).error().code, ErrorCode::not_found);
  EXPECT_EQ(*find_key(script.number(), script.key("m-1")), std::nullopt);
  store->release();
  EXPECT_EQ(outcome_of(token).status, AppendStatus::committed);
  EXPECT_EQ(*range(script.number(), 1, 100), script.entries());
  EXPECT_EQ(*find_key(script.number(), script.key("m-1")), std::optional<std::uint32_t>(2));
}

TEST_P(AppendContract, rows_and_deletions_are_not_shown_before_they_are_durable) {
  LogScript script(7);
  commit_session(script, 1);
  store->hold();
  const std::uint64_t removed = send(script.remove(3));
  const std::uint64_t ended = send(script.end());
  LogScript other(8, 3, 4);
  const std::uint64_t created = send(other.create());
  EXPECT_TRUE(deleted(script.number())->empty());
  EXPECT_FALSE(entry(script.number(), 3)->body.empty());
  EXPECT_EQ((*find_session(script.row().id))->status, domain::SessionStatus::active);
  EXPECT_TRUE(find_open(1, 2)->has_value());
  EXPECT_FALSE(find_session(other.row().id)->has_value());
  EXPECT_FALSE(find_open(3, 4)->has_value());
  EXPECT_TRUE(open_sessions_of(3)->empty());
  store->release();
  EXPECT_EQ(outcome_of(removed).status, AppendStatus::committed);
  EXPECT_EQ(outcome_of(ended).status, AppendStatus::committed);
  EXPECT_EQ(outcome_of(created).status, AppendStatus::committed);
  EXPECT_EQ(deleted(script.number())->size(), 1u);
  EXPECT_FALSE(find_open(1, 2)->has_value());
  EXPECT_TRUE(find_open(3, 4)->has_value());
}

TEST_P(AppendContract, everything_committed_is_there_after_opening_again) {
  LogScript script(7);
  commit_session(script, 100);
  commit(script.remove(50));
  store->reopen();
  store->log().attach(loop, outcomes);
  const auto entries = range(script.number(), 1, 1000);
  ASSERT_TRUE(entries.has_value());
  ASSERT_EQ(entries->size(), script.entries().size());
  EXPECT_EQ(entries->back(), script.entries().back());
  EXPECT_TRUE((*entries)[49].body.empty());
  EXPECT_EQ((*find_session(script.row().id)), script.row());
  commit(script.text("goes on"));
}

// Refused

TEST_P(AppendContract, malformed_appends_are_refused_and_write_nothing) {
  LogScript script(7);
  commit(script.create());
  const LogScript base = script;
  Append none = script.text("x");
  none.entries.clear();
  EXPECT_EQ(append(none).error->code, ErrorCode::invalid_argument);

  LogScript gap = base;
  Append not_dense = gap.texts(3);
  not_dense.entries.erase(not_dense.entries.begin() + 1);
  EXPECT_EQ(append(not_dense).error->code, ErrorCode::invalid_argument);

  LogScript changed = base;
  Append flipped = changed.text("hello");
  flipped.entries[0].body[40] ^= 1;
  EXPECT_EQ(append(flipped).error->code, ErrorCode::invalid_argument);
  EXPECT_EQ(append(flipped).status, AppendStatus::refused);

  EXPECT_EQ(range(script.number(), 1, 100)->size(), 1u);
}

TEST_P(AppendContract, as_many_entries_as_allowed_fit_and_one_more_does_not) {
  LogScript script(7);
  commit(script.create());
  commit(script.texts(limits::append_entries_max));
  const AppendOutcome outcome = append(script.texts(limits::append_entries_max + 1));
  EXPECT_EQ(outcome.status, AppendStatus::refused);
  EXPECT_EQ(outcome.error->code, ErrorCode::invalid_argument);
}

TEST_P(AppendContract, a_text_past_the_last_text_seq_is_refused_and_a_deletion_is_not) {
  LogScript script(7);
  commit_session(script, 1);
  LogScript at_limit = script;
  at_limit.jump_to(limits::text_seq_max - 1);
  EXPECT_EQ(append(at_limit.text("the last one")).status, AppendStatus::conflict) << "not refused: only the log is not that long";
  EXPECT_EQ(append(at_limit.text("one more")).error->code, ErrorCode::session_full);
  EXPECT_EQ(append(at_limit.end()).status, AppendStatus::conflict) << "an end may go there";
}

TEST_P(AppendContract, erasing_what_does_not_exist_is_refused) {
  LogScript script(7);
  commit_session(script, 1);
  LogScript fork = script;
  Append removal = fork.remove(3);
  removal.erase_body_of = 4;  // the seq of the deletion itself
  const AppendOutcome outcome = append(removal);
  EXPECT_EQ(outcome.status, AppendStatus::refused);
  EXPECT_EQ(outcome.error->code, ErrorCode::not_found);
  EXPECT_EQ(range(script.number(), 1, 100)->size(), 3u);
  commit(script.remove(3));
}

TEST_P(AppendContract, a_full_queue_refuses_with_overloaded_and_takes_more_later) {
  store->hold();
  LogScript script(7);
  send(script.create());
  std::size_t accepted = 1;
  for (; accepted + 64 <= limits::commit_queue_entries_max; accepted += 64) send(script.texts(64));
  while (accepted < limits::commit_queue_entries_max) {
    send(script.text("fills up"));
    ++accepted;
  }
  loop.run_pending();
  ASSERT_TRUE(outcomes.all.empty());
  const std::uint64_t refused = send(script.text("one too many"));
  loop.run_pending();
  ASSERT_NE(outcomes.of(refused), nullptr) << "a refusal does not wait for the disk";
  EXPECT_EQ(outcomes.of(refused)->error->code, ErrorCode::overloaded);
  EXPECT_GT(outcomes.of(refused)->error->retry_after_ms, 0);
  store->release();
  ASSERT_TRUE(store->run_until(loop, [&] { return outcomes.all.size() == refused; }));
  EXPECT_EQ((*last(script.number()))->seq, limits::commit_queue_entries_max);
  LogScript other(8);
  commit(other.create());
}

TEST_P(AppendContract, without_room_texts_sessions_and_reopenings_are_refused_and_the_rest_goes) {
  LogScript script(7);
  commit_session(script, 2);
  LogScript unstarted(8);
  commit(unstarted.create());
  store->fill();
  LogScript fork = script;
  LogScript other(9);
  const auto expect_full = [&](Append refused) {
    const AppendOutcome outcome = append(std::move(refused));
    EXPECT_EQ(outcome.status, AppendStatus::refused);
    EXPECT_EQ(outcome.error->code, ErrorCode::store_full);
  };
  expect_full(fork.text("no room"));
  expect_full(other.create());
  commit(unstarted.start());
  commit(script.remove(3));
  commit(script.end());
  expect_full(script.reopen());
}

class LatchContract : public StoreContract {};

INSTANTIATE_TEST_SUITE_P(Engines, LatchContract, testing::ValuesIn(engines_that_latch()), [](const auto& run) { return run.param.name; });

TEST_P(LatchContract, after_a_failed_sync_everything_is_refused_and_reads_go_on) {
  LogScript script(7);
  commit_session(script, 2);
  const auto before = script.entries();
  store->break_sync();
  const AppendOutcome failed = append(script.text("its sync fails"));
  EXPECT_EQ(failed.status, AppendStatus::unknown);
  EXPECT_EQ(failed.error->code, ErrorCode::outcome_unknown);
  for (int index = 0; index < 3; ++index) {
    LogScript other(20 + static_cast<std::uint64_t>(index));
    const AppendOutcome later = append(other.create());
    EXPECT_EQ(later.status, AppendStatus::refused);
    EXPECT_EQ(later.error->code, ErrorCode::store_failed);
  }
  EXPECT_EQ(*range(script.number(), 1, 100), before);
}

}  // namespace parley::test
