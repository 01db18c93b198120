// Tests each promise of LogReader (src/store/session_log.hpp).
#include <set>
#include <vector>

#include "base/limits.hpp"
#include "contract/read_fixture.hpp"
#include "domain/error_code.hpp"

namespace parley::test {

INSTANTIATE_TEST_SUITE_P(Engines, ReadContract, testing::ValuesIn(engines()), [](const auto& run) { return run.param.name; });

TEST_P(ReadContract, a_session_that_does_not_exist_is_empty) {
  const SessionNumber nobody{99};
  EXPECT_EQ(*last(nobody), std::nullopt);
  EXPECT_TRUE(range(nobody, 1, 10)->empty());
  EXPECT_EQ(entry(nobody, 1).error().code, ErrorCode::not_found);
  EXPECT_EQ(*find_key(nobody, Key16{1}), std::nullopt);
  EXPECT_TRUE(deleted(nobody)->empty());
  EXPECT_EQ(*find_session(nobody), std::nullopt);
  EXPECT_EQ(*find_session(SessionId{}), std::nullopt);
  EXPECT_EQ(*find_user(5), std::nullopt);
  EXPECT_FALSE(find_message(object_id(5))->has_value());
  EXPECT_TRUE(newest(nobody, 10)->empty());
}

TEST_P(ReadContract, ranges_begin_and_end_where_they_are_asked_to) {
  LogScript script(7);
  commit_session(script, 98);  // 100 entries
  const auto& all = script.entries();
  EXPECT_EQ(*range(script.number(), 1, 100), all);
  EXPECT_EQ(*range(script.number(), 40, 10), std::vector(all.begin() + 39, all.begin() + 49));
  EXPECT_EQ(range(script.number(), 95, 10)->size(), 6u);
  EXPECT_EQ(range(script.number(), 100, 10)->size(), 1u);
  EXPECT_TRUE(range(script.number(), 101, 10)->empty());
  EXPECT_TRUE(range(script.number(), 1, 0)->empty());
  EXPECT_EQ(*entry(script.number(), 57), all[56]);
  EXPECT_EQ(entry(script.number(), 101).error().code, ErrorCode::not_found);
  EXPECT_EQ(entry(script.number(), 0).error().code, ErrorCode::not_found);
  EXPECT_EQ(**last(script.number()), all.back());
}

TEST_P(ReadContract, ranges_end_with_the_entry_that_reaches_their_bytes) {
  LogScript script(7);
  commit_session(script, 98);  // 100 entries
  const auto& all = script.entries();
  const auto first = [&](std::size_t count) {
    return std::vector(all.begin() + 39, all.begin() + 39 + static_cast<std::ptrdiff_t>(count));
  };
  const std::size_t two = all[39].size_bytes() + all[40].size_bytes();
  EXPECT_EQ(*range(script.number(), 40, {10, two}), first(2));
  EXPECT_EQ(*range(script.number(), 40, {10, two + 1}), first(3));
  EXPECT_EQ(*range(script.number(), 40, {10, 1}), first(1)) << "one entry is taken, whatever it holds";
  EXPECT_EQ(*range(script.number(), 40, {2, 1'000'000}), first(2));
}

TEST_P(ReadContract, one_job_sees_one_moment) {
  LogScript script(7);
  commit_session(script, 1);
  // The job reads twice; the main thread commits more in between. The model cannot do that, because its jobs run in one step.
  std::atomic<bool> looked_once = false;
  std::atomic<bool> go_on = GetParam().name == "model";
  std::atomic<bool> done = false;
  std::size_t first = 0;
  std::size_t second = 0;
  const auto accepted = store->log().read([&](store::LogReader& reader) {
    first = reader.range(script.number(), 1, 100)->size();
    looked_once = true;
    while (!go_on) std::this_thread::yield();
    second = reader.range(script.number(), 1, 100)->size();
    loop.post([&] { done = true; });
  });
  ASSERT_TRUE(accepted.has_value());
  ASSERT_TRUE(store->run_until(loop, [&] { return looked_once.load(); }));
  if (GetParam().name != "model") commit(script.text("meanwhile"));
  go_on = true;
  ASSERT_TRUE(store->run_until(loop, [&] { return done.load(); }));
  EXPECT_EQ(first, 3u);
  EXPECT_EQ(second, 3u);
}

TEST_P(ReadContract, the_pool_takes_as_many_jobs_as_allowed_and_refuses_one_more) {
  store->pause_reads();
  std::atomic<std::size_t> ran = 0;
  for (std::size_t index = 0; index < limits::read_queue_jobs_max; ++index) {
    const auto accepted = store->log().read([&](store::LogReader&) { ++ran; });
    ASSERT_TRUE(accepted.has_value());
  }
  const auto refused = store->log().read([&](store::LogReader&) { ran += 1'000'000; });
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::overloaded);
  EXPECT_GT(refused.error().retry_after_ms, 0);
  EXPECT_EQ(ran, 0u);
  store->resume_reads();
  EXPECT_TRUE(store->run_until(loop, [&] { return ran == limits::read_queue_jobs_max; }));
}

// Keys

TEST_P(ReadContract, keys_are_found_wherever_in_the_log_they_are) {
  LogScript script(7);
  commit(script.create());
  const std::uint32_t count = 3 * limits::keys_unindexed_max + 17;
  std::uint64_t token = 0;
  for (std::uint32_t index = 1; index <= count; ++index) {
    token = send(script.text("text", index % 2 == 0 ? "m-" + std::to_string(index) : ""));
    if (index % 500 == 0) outcome_of(token);
  }
  ASSERT_EQ(outcome_of(token).status, store::AppendStatus::committed);
  for (int round = 0; round < 2; ++round) {
    for (std::uint32_t index = 2; index <= count; index += index % 100 == 0 ? 38 : 2)
      ASSERT_EQ(*find_key(script.number(), script.key("m-" + std::to_string(index))), std::optional(index + 1)) << index;
    EXPECT_EQ(*find_key(script.number(), script.key("m-1")), std::nullopt);
    EXPECT_EQ(*find_key(script.number(), script.key("never sent")), std::nullopt);
    EXPECT_EQ(*find_key(SessionNumber{8}, script.key("m-2")), std::nullopt);
    if (round == 0) store->reopen();
  }
}

TEST_P(ReadContract, a_key_is_found_from_the_moment_its_append_is_committed) {
  LogScript script(7);
  commit(script.create());
  EXPECT_EQ(*find_key(script.number(), script.key("m-1")), std::nullopt);  // so that the session's keys are in memory now
  commit(script.text("one", "m-1"));
  EXPECT_EQ(*find_key(script.number(), script.key("m-1")), std::optional<std::uint32_t>(2));
  commit(script.remove(2));
  EXPECT_EQ(*find_key(script.number(), script.key("m-1")), std::optional<std::uint32_t>(2)) << "also when its text is deleted";
}

TEST_P(ReadContract, the_key_of_a_conflicting_append_is_not_found) {
  LogScript script(7);
  commit(script.create());
  LogScript fork = script;
  EXPECT_EQ(*find_key(script.number(), script.key("m-1")), std::nullopt);
  commit(script.text("wins"));
  EXPECT_EQ(append(fork.text("loses", "m-1")).status, store::AppendStatus::conflict);
  EXPECT_EQ(*find_key(script.number(), script.key("m-1")), std::nullopt);
}

// Deletions

TEST_P(ReadContract, a_deletion_empties_the_body_and_keeps_everything_else) {
  LogScript script(7);
  commit_session(script, 3);
  const auto before = *entry(script.number(), 4);
  commit(script.remove(4));
  const auto after = *entry(script.number(), 4);
  EXPECT_EQ(after.core, before.core);
  EXPECT_TRUE(after.body.empty());
  const auto decoded = domain::decode_entry(after);
  ASSERT_TRUE(decoded.has_value());
  EXPECT_EQ(decoded->trailer.digest, domain::decode_trailer(before.trailer, before.core, before.body)->digest);
  EXPECT_EQ((*last(script.number()))->seq, 6u);
}

TEST_P(ReadContract, deleted_seqs_come_in_ascending_order) {
  LogScript script(7);
  commit_session(script, 300);
  for (const std::uint32_t seq : {270u, 4u, 100u}) commit(script.remove(seq));
  EXPECT_EQ(*deleted(script.number()), (std::vector<std::uint32_t>{4, 100, 270}));
}

// Damage

TEST_P(ReadContract, damage_is_named_by_session_and_seq_and_never_a_shorter_history) {
  LogScript script(7);
  LogScript healthy(8, 3, 4);
  commit_session(script, 20);
  commit_session(healthy, 20);
  store->damage(script.number(), 11);
  store->log().attach(loop, outcomes);
  const auto whole = range(script.number(), 1, 100);
  ASSERT_FALSE(whole.has_value());
  EXPECT_EQ(whole.error().code, ErrorCode::log_corrupt);
  const std::string text = whole.error().message + " " + whole.error().detail;
  EXPECT_NE(text.find("Session 7, entry 11"), std::string::npos) << text;
  EXPECT_EQ(entry(script.number(), 11).error().code, ErrorCode::log_corrupt);
  EXPECT_TRUE(range(script.number(), 1, 10).has_value()) << "what is before it can be read";
  EXPECT_TRUE(entry(script.number(), 12).has_value());
  const auto outcome = append(script.text("stopped"));
  EXPECT_EQ(outcome.status, store::AppendStatus::refused);
  EXPECT_EQ(outcome.error->code, ErrorCode::log_corrupt);
  EXPECT_EQ(*range(healthy.number(), 1, 100), healthy.entries());
  commit(healthy.text("goes on"));
}

}  // namespace parley::test
