// Tests each promise of LogReader, Directory and SignallingRecord.
#include <algorithm>
#include <set>

#include "base/limits.hpp"
#include "contract/store_under_test.hpp"
#include "domain/error_code.hpp"

namespace parley::test {

using store::SignallingMessage;

class ReadContract : public StoreContract {
 protected:
  SignallingMessage signalling_message(SessionNumber session, std::uint32_t number, Timestamp time) {
    return {.id = object_id(number),
            .session = session,
            .session_id = LogScript(session.value).row().id,
            .sender = user_id(1),
            .type = "offer",
            .payload_json = R"({"sdp":")" + std::string(number % 7 * 20'000, 'x') + R"("})",
            .timestamp = time,
            .user_agent = "a browser",
            .address = "192.0.2.1",
            .connection_id = "c" + std::to_string(number)};
  }
  void wait_for_signalling(SessionNumber session, std::size_t count) {
    ASSERT_TRUE(store->run_until(loop, [&] { return newest(session, 2000)->size() == count; }));
  }
};

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

// Directory

TEST_P(ReadContract, a_session_is_found_by_id_and_by_number_as_it_is_now) {
  LogScript script(7);
  commit(script.create());
  EXPECT_EQ(*find_session(script.row().id), script.row());
  EXPECT_EQ(*find_session(script.number()), script.row());
  commit(script.start());
  EXPECT_EQ((*find_session(script.number()))->status, domain::SessionStatus::active);
  commit(script.text("changes no row"));
  commit(script.end());
  EXPECT_EQ(*find_session(script.row().id), script.row());
  EXPECT_EQ(*find_session(script.number()), script.row());
  EXPECT_EQ((*find_session(script.number()))->status, domain::SessionStatus::ended);
}

TEST_P(ReadContract, the_open_session_of_a_pair_is_found_until_it_ends) {
  LogScript script(7);
  EXPECT_EQ(*find_open(1, 2), std::nullopt);
  commit(script.create());
  EXPECT_EQ(*find_open(1, 2), std::optional(script.row().id));
  EXPECT_EQ(*find_open(2, 1), std::nullopt) << "a pair has an order";
  commit(script.start());
  EXPECT_EQ(*find_open(1, 2), std::optional(script.row().id));
  commit(script.end());
  EXPECT_EQ(*find_open(1, 2), std::nullopt);
  LogScript next(9);
  commit(next.create());
  EXPECT_EQ(*find_open(1, 2), std::optional(next.row().id));
}

TEST_P(ReadContract, ending_one_of_two_open_sessions_of_a_pair_leaves_the_other) {
  LogScript first(7);
  LogScript second(8);
  commit(first.create());
  commit(second.create());
  commit(first.end());
  EXPECT_EQ(*find_open(1, 2), std::optional(second.row().id));
}

TEST_P(ReadContract, a_reopened_session_is_open_wherever_open_ones_are_looked_for) {
  LogScript script(7);
  for (const auto& append : {script.create(), script.start(), script.end()}) commit(append);
  for (int times = 0; times < 2; ++times) {
    commit(script.reopen());
    EXPECT_EQ(*find_session(script.row().id), script.row());
    EXPECT_EQ(*find_open(1, 2), std::optional(script.row().id));
    for (const std::uint32_t user : {1u, 2u}) EXPECT_EQ(open_sessions_of(user)->size(), 1u) << user;
    const Timestamp later = script.row().created_at + std::chrono::milliseconds{1};
    EXPECT_EQ(open_before(later, {}, 10)->sessions, std::vector{script.row()}) << "by the time of its creation";
    if (times == 0) store->reopen(), store->log().attach(loop, outcomes);
    EXPECT_EQ(*find_open(1, 2), std::optional(script.row().id));
    commit(script.end());
    EXPECT_EQ(*find_open(1, 2), std::nullopt);
    EXPECT_TRUE(open_sessions_of(1)->empty());
    EXPECT_TRUE(open_before(later, {}, 10)->sessions.empty());
  }
}

TEST_P(ReadContract, a_reopening_and_the_end_before_it_in_one_commit_leave_it_open) {
  LogScript script(7);
  commit(script.create());
  store->hold();
  send(script.start());
  send(script.end());
  const std::uint64_t token = send(script.reopen());
  store->release();
  EXPECT_EQ(outcome_of(token).status, store::AppendStatus::committed);
  EXPECT_EQ(*find_open(1, 2), std::optional(script.row().id));
  EXPECT_EQ(*find_session(script.number()), script.row());
}

TEST_P(ReadContract, a_row_and_the_end_of_it_in_one_commit_leave_nothing_open) {
  LogScript script(7);
  store->hold();
  send(script.create());
  send(script.start());
  const std::uint64_t token = send(script.end());
  store->release();
  EXPECT_EQ(outcome_of(token).status, store::AppendStatus::committed);
  EXPECT_EQ(*find_open(1, 2), std::nullopt);
  EXPECT_TRUE(open_sessions_of(1)->empty());
  EXPECT_EQ(*find_session(script.number()), script.row());
}

TEST_P(ReadContract, open_sessions_of_a_user_come_newest_first_with_every_participant) {
  LogScript oldest(7, 1, 2);
  LogScript middle(3, 1, 4);
  LogScript newest_one(5, 6, 1);
  static_cast<void>(LogScript(middle).create());
  commit(oldest.create());
  for (LogScript* script : {&middle, &newest_one}) {
    store::Append append = script->create();
    append.row->created_at = oldest.row().created_at + std::chrono::seconds{script == &middle ? 10 : 20};
    commit(append);
  }
  auto open = open_sessions_of(1);
  ASSERT_TRUE(open.has_value());
  ASSERT_EQ(open->size(), 3u);
  EXPECT_EQ((*open)[0].number, newest_one.number());
  EXPECT_EQ((*open)[1].number, middle.number());
  EXPECT_EQ((*open)[2].number, oldest.number());
  for (const std::size_t count : {1u, 2u, 3u}) EXPECT_EQ(*open_sessions_of(1, count), *open) << "in pages of " << count;
  EXPECT_EQ(open_sessions_of(2)->size(), 1u);
  EXPECT_TRUE(open_sessions_of(9)->empty());
  commit(oldest.invite(9));
  EXPECT_EQ(open_sessions_of(9)->size(), 1u);
  commit(oldest.end());
  EXPECT_EQ(open_sessions_of(1)->size(), 2u);
  EXPECT_TRUE(open_sessions_of(9)->empty());
}

TEST_P(ReadContract, a_walk_over_the_open_sessions_meets_each_once_page_by_page) {
  constexpr std::uint64_t total = 7;
  std::vector<LogScript> scripts;
  std::set<SessionNumber> open;
  for (std::uint64_t number = 1; number <= total; ++number) {
    LogScript& script = scripts.emplace_back(number, static_cast<std::uint32_t>(number % 3), 5);  // so that each pair has several sessions
    commit(script.create());
    if (number == 4) commit(script.invite(9));  // one more participant does not make a second session
    if (number % 2 == 0) commit(script.start());
    if (number == 2 || number == 5)
      commit(script.end());
    else
      open.insert(script.number());
  }
  for (const std::size_t count : {1u, 2u, 5u, 100u}) {
    std::multiset<SessionNumber> met;
    Bytes next;
    do {
      const auto page = open_before(clock.now() + std::chrono::hours{1}, next, count);
      ASSERT_TRUE(page.has_value());
      EXPECT_LE(page->sessions.size(), count);
      EXPECT_TRUE(page->damaged.empty());
      for (const domain::SessionRow& row : page->sessions) met.insert(row.number);
      next = page->next;
    } while (!next.empty());
    EXPECT_EQ(met, std::multiset<SessionNumber>(open.begin(), open.end())) << count << " a page";
  }
  EXPECT_EQ(open_before(clock.now() + std::chrono::hours{1}, {}, 100)->sessions.front().participants.size() >= 2, true);
}

TEST_P(ReadContract, a_walk_over_the_open_sessions_tells_those_created_before_a_time) {
  LogScript old_one(7);
  LogScript new_one(8, 3, 4);
  commit(old_one.create());
  store::Append append = new_one.create();
  const Timestamp later = old_one.row().created_at + std::chrono::hours{2};
  append.row->created_at = later;
  commit(append);
  const auto numbers = [&](Timestamp before) {
    std::set<SessionNumber> found;
    const auto page = open_before(before, {}, 10);
    for (const domain::SessionRow& row : page->sessions) found.insert(row.number);
    EXPECT_TRUE(page->next.empty());
    return found;
  };
  EXPECT_EQ(numbers(old_one.row().created_at), std::set<SessionNumber>{}) << "before, not at";
  EXPECT_EQ(numbers(later), std::set{old_one.number()});
  EXPECT_EQ(numbers(later + std::chrono::milliseconds{1}), (std::set{old_one.number(), new_one.number()}));
  // If every session of a page is too young, the page is empty but leads to the next page.
  std::size_t pages = 0;
  for (Bytes next; pages == 0 || !next.empty(); ++pages) next = open_before(old_one.row().created_at, next, 1)->next;
  EXPECT_EQ(pages, 2u);
}

class UserContract : public StoreContract {};

INSTANTIATE_TEST_SUITE_P(Engines, UserContract, testing::ValuesIn(engines_that_remember_users()),
                         [](const auto& run) { return run.param.name; });

TEST_P(UserContract, users_are_remembered_as_they_were_last_seen) {
  domain::User user{.id = user_id(5), .role = {"doctor"}, .email = "d@example.org", .name = "Dr. Ää"};
  store->directory().remember_user(user);
  ASSERT_TRUE(store->run_until(loop, [&] { return find_user(5)->has_value(); }));
  EXPECT_EQ(*find_user(5), user);
  user.name = "Renamed";
  user.email.clear();
  store->directory().remember_user(user);
  ASSERT_TRUE(store->run_until(loop, [&] { return (*find_user(5))->name == "Renamed"; }));
  EXPECT_EQ(*find_user(5), user);
  EXPECT_EQ(*find_user(6), std::nullopt);
  store->reopen();
  EXPECT_EQ(*find_user(5), user);
}

TEST_P(ReadContract, open_sessions_of_one_time_are_read_page_by_page_without_a_gap) {
  for (std::uint64_t number = 1; number <= 7; ++number) commit(LogScript(number, 1, static_cast<std::uint32_t>(number + 1)).create());
  const auto whole = open_sessions_of(1);
  ASSERT_EQ(whole->size(), 7u);
  for (const std::size_t count : {1u, 2u, 3u, 7u}) EXPECT_EQ(*open_sessions_of(1, count), *whole) << "in pages of " << count;
}

// Signalling

TEST_P(ReadContract, signalling_comes_newest_first_and_at_most_as_much_as_asked) {
  const SessionNumber session{7};
  std::vector<SignallingMessage> sent;
  for (std::uint32_t index = 0; index < 10; ++index) {
    sent.push_back(signalling_message(session, index, ManualClock::start + std::chrono::seconds{index / 2}));
    store->signalling().record(sent.back());
  }
  store->signalling().record(signalling_message(SessionNumber{8}, 99, ManualClock::start));
  wait_for_signalling(session, 10);
  std::ranges::reverse(sent);
  EXPECT_EQ(*newest(session, 100), sent) << "equal times: the greater id first";
  EXPECT_EQ(*newest(session, 3), std::vector(sent.begin(), sent.begin() + 3));
  EXPECT_TRUE(newest(session, 0)->empty());
  EXPECT_EQ(newest(SessionNumber{8}, 10)->size(), 1u);
}

TEST_P(ReadContract, signalling_is_read_page_by_page_without_a_gap) {
  const SessionNumber session{7};
  std::vector<SignallingMessage> sent;
  for (std::uint32_t index = 0; index < 10; ++index) {
    sent.push_back(signalling_message(session, index, ManualClock::start + std::chrono::seconds{index / 4}));
    store->signalling().record(sent.back());
  }
  wait_for_signalling(session, 10);
  std::ranges::reverse(sent);
  for (const std::size_t limit : {1u, 3u, 5u, 10u}) {
    std::vector<SignallingMessage> read;
    store::SignallingRange range{.limit = limit};
    bool more = true;
    while (more) {
      auto page = *newest(session, range);
      ASSERT_FALSE(page.messages.empty()) << "after " << read.size() << " in pages of " << limit;
      more = page.more;
      range.after = store::SignallingPlace{page.messages.back().timestamp, page.messages.back().id};
      std::ranges::move(page.messages, std::back_inserter(read));
    }
    EXPECT_EQ(read, sent) << "in pages of " << limit;
    EXPECT_TRUE(newest(session, range)->messages.empty());
  }
}

TEST_P(ReadContract, a_page_of_signalling_is_bounded_in_bytes_and_says_that_there_is_more) {
  const SessionNumber session{7};
  for (std::uint32_t index = 0; index < 6; ++index) {
    SignallingMessage message = signalling_message(session, index, ManualClock::start + std::chrono::seconds{index});
    message.payload_json = '"' + std::string(9'998, 'x') + '"';
    store->signalling().record(std::move(message));
  }
  wait_for_signalling(session, 6);
  const auto page = newest(session, store::SignallingRange{.limit = 100, .after = std::nullopt, .bytes_max = 25'000});
  ASSERT_TRUE(page.has_value());
  EXPECT_EQ(page->messages.size(), 3u) << "the one that reaches the bytes is the last";
  EXPECT_TRUE(page->more);
  EXPECT_EQ(newest(session, store::SignallingRange{.limit = 100, .after = std::nullopt, .bytes_max = 1})->messages.size(), 1u);
  const auto all = newest(session, store::SignallingRange{.limit = 100, .after = std::nullopt, .bytes_max = 60'001});
  EXPECT_EQ(all->messages.size(), 6u);
  EXPECT_FALSE(all->more);
}

TEST_P(ReadContract, signalling_is_kept_for_thirty_days) {
  const SessionNumber session{7};
  store->signalling().record(signalling_message(session, 1, ManualClock::start));
  store->signalling().record(signalling_message(session, 2, ManualClock::start + std::chrono::milliseconds{1}));
  wait_for_signalling(session, 2);
  clock.advance(limits::signalling_kept);
  EXPECT_EQ(newest(session, 10)->size(), 2u) << "at the limit";
  clock.advance(std::chrono::milliseconds{1});
  ASSERT_EQ(newest(session, 10)->size(), 1u) << "one past it";
  EXPECT_EQ(newest(session, 10)->front().id, object_id(2));
}

TEST_P(ReadContract, a_payload_that_was_absent_stays_absent) {
  SignallingMessage message = signalling_message(SessionNumber{7}, 1, ManualClock::start);
  message.payload_json.clear();
  message.user_agent.clear();
  store->signalling().record(message);
  wait_for_signalling(message.session, 1);
  EXPECT_EQ(newest(message.session, 1)->front(), message);
}

}  // namespace parley::test
