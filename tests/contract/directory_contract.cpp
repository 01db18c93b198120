// Tests each promise of Directory (src/store/directory.hpp).
#include <algorithm>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "base/limits.hpp"
#include "contract/read_fixture.hpp"

namespace parley::test {
namespace {

std::shared_ptr<const domain::SessionRow> created_at(domain::SessionRow row, Timestamp time) {
  row.created_at = time;
  return std::make_shared<const domain::SessionRow>(std::move(row));
}

}  // namespace

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
    append.row = created_at(*append.row, oldest.row().created_at + std::chrono::seconds{script == &middle ? 10 : 20});
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
  append.row = created_at(*append.row, later);
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

TEST_P(ReadContract, open_sessions_of_one_time_are_read_page_by_page_without_a_gap) {
  for (std::uint64_t number = 1; number <= 7; ++number) commit(LogScript(number, 1, static_cast<std::uint32_t>(number + 1)).create());
  const auto whole = open_sessions_of(1);
  ASSERT_EQ(whole->size(), 7u);
  for (const std::size_t count : {1u, 2u, 3u, 7u}) EXPECT_EQ(*open_sessions_of(1, count), *whole) << "in pages of " << count;
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

}  // namespace parley::test
