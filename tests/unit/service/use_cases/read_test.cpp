// Pages, history and statistics: answers from memory and answers from the log agree with each other and with a naive list.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "base/limits.hpp"
#include "base/utf8.hpp"
#include "unit/service/world.hpp"

namespace parley::test {
namespace {

using service::ReadPage;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

ReadPage page_of(const SessionId& session, std::uint64_t page, std::uint32_t limit, std::optional<Timestamp> before = std::nullopt) {
  ReadPage request;
  request.session = field(session);
  request.page = page;
  request.limit = limit;
  request.before = before;
  return request;
}

std::vector<std::string> texts_of(const domain::PageView& page) {
  std::vector<std::string> texts;
  for (const auto& message : page.messages) texts.push_back(message.text);
  return texts;
}

TEST(Read, page_one_holds_the_newest_oldest_first) {
  World world;
  const SessionId session = world.create();
  for (const char* text : {"a", "b", "c", "d", "e"}) world.send("doctor", session, text).value();
  const auto first = world.page("patient", page_of(session, 1, 2)).value();
  EXPECT_THAT(texts_of(first), ElementsAre("d", "e"));
  EXPECT_EQ(first.total_messages, 5u);
  EXPECT_EQ(first.total_pages, 3u);
  EXPECT_TRUE(first.has_more);
  EXPECT_EQ(first.messages[0].sender.name, "doctor");
  const auto last = world.page("patient", page_of(session, 3, 2)).value();
  EXPECT_THAT(texts_of(last), ElementsAre("a"));
  EXPECT_FALSE(last.has_more);
  EXPECT_EQ(last.current_page, 3u);
}

TEST(Read, a_page_past_the_end_is_empty) {
  World world;
  const SessionId session = world.create();
  EXPECT_EQ(world.page("doctor", page_of(session, 1, 50))->total_pages, 0u);
  world.send("doctor", session, "a").value();
  for (const std::uint64_t number : {std::uint64_t{2}, std::uint64_t{1} << 40, ~std::uint64_t{0}}) {
    const auto page = world.page("doctor", page_of(session, number, 1000)).value();
    EXPECT_THAT(page.messages, IsEmpty());
    EXPECT_EQ(page.total_messages, 1u);
    EXPECT_EQ(page.current_page, number);
    EXPECT_FALSE(page.has_more);
  }
}

TEST(Read, impossible_limits_and_pages_are_brought_into_range) {
  World world;
  const SessionId session = world.create();
  world.send("doctor", session, "a").value();
  EXPECT_THAT(texts_of(world.page("doctor", page_of(session, 0, 0)).value()), ElementsAre("a"));
  EXPECT_EQ(world.page("doctor", page_of(session, 1, 4'000'000'000))->total_pages, 1u);
}

/// This many texts of the maximum length that any setting allows, with three bytes per unit.
SessionId session_of_long_texts(World& world, std::size_t count) {
  const SessionId session = world.create();
  std::string text;
  for (std::size_t units = 0; units < limits::message_utf16_units_max; ++units) text += "世";
  for (; count > 0; --count) world.start_send("doctor", session, text);
  world.run();
  return session;
}

TEST(Read, where_longer_messages_are_allowed_a_page_holds_fewer_and_none_is_left_out) {
  auto config = World::unlimited();
  config.message_length_max = limits::message_utf16_units_max;
  World world(config);
  const SessionId session = session_of_long_texts(world, 230);
  for (const bool anew : {false, true}) {
    if (anew) world.restart();
    std::vector<std::size_t> sizes;
    for (std::uint64_t number = 1; number <= 3; ++number) {
      const auto page = world.page("patient", page_of(session, number, 1000)).value();
      sizes.push_back(page.messages.size());
      EXPECT_EQ(page.total_pages, 3u);
      EXPECT_EQ(page.total_messages, 230u);
      EXPECT_EQ(page.has_more, number < 3);
    }
    EXPECT_THAT(sizes, ElementsAre(100, 100, 30));
    EXPECT_THAT(*world.history("patient", session), SizeIs(100));
    EXPECT_THAT(world.page("patient", page_of(session, 1, 50))->messages, SizeIs(50)) << "more than the tail holds";
  }
}

TEST(Read, a_page_of_texts_longer_than_are_allowed_now_is_refused_when_it_is_too_large) {
  auto config = World::unlimited();
  config.message_length_max = limits::message_utf16_units_max;
  World world(config);
  const SessionId session = session_of_long_texts(world, 101);
  world.restart(World::unlimited());
  const auto refused = world.page("patient", page_of(session, 1, 1000));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(refused.error().message, "Page too large, ask for a limit of at most 100");
  EXPECT_THAT(world.page("patient", page_of(session, 1, 100))->messages, SizeIs(100));
  EXPECT_THAT(world.page("patient", page_of(session, 2, 100))->messages, SizeIs(1));
  EXPECT_THAT(*world.history("patient", session), SizeIs(100));
}

TEST(Read, before_is_strict_and_counts_only_what_is_older) {
  World world;
  const SessionId session = world.create();
  std::vector<Timestamp> times;
  for (const char* text : {"a", "b", "c"}) {
    times.push_back(world.send("doctor", session, text)->timestamp);
    world.clock.advance(std::chrono::milliseconds(1));
  }
  for (const bool from_log : {false, true}) {
    if (from_log) world.restart();
    const auto page = world.page("doctor", page_of(session, 1, 1, times[2])).value();
    EXPECT_THAT(texts_of(page), ElementsAre("b"));
    EXPECT_EQ(page.total_messages, 2u);
    EXPECT_TRUE(page.has_more);
    EXPECT_THAT(texts_of(world.page("doctor", page_of(session, 1, 9, times[0])).value()), IsEmpty());
    EXPECT_EQ(world.page("doctor", page_of(session, 1, 9, times[0]))->total_messages, 0u);
    EXPECT_EQ(world.page("doctor", page_of(session, 1, 9, times[2] + std::chrono::milliseconds(1)))->total_messages, 3u);
  }
}

TEST(Read, history_is_the_last_hundred_oldest_first) {
  World world;
  const SessionId session = world.create();
  for (int count = 0; count < 130; ++count) world.start_send("doctor", session, std::to_string(count));
  world.run();
  const auto history = world.history("doctor", session).value();
  ASSERT_THAT(history, SizeIs(100));
  EXPECT_EQ(history.front().text, "30");
  EXPECT_EQ(history.back().text, "129");
}

TEST(Read, statistics_count_code_points_and_put_the_doctor_first) {
  World world;
  const SessionId session = world.create();
  EXPECT_EQ(world.stats("doctor", session)->total_messages, 0u);
  const auto first = world.send("patient", session, "😀😀").value();
  world.clock.advance(std::chrono::milliseconds(2'999));
  const auto last = world.send("doctor", session, "abc").value();
  const auto stats = world.stats("patient", session).value();
  EXPECT_EQ(stats.total_messages, 2u);
  ASSERT_THAT(stats.roles, SizeIs(2));
  EXPECT_EQ(stats.roles[0].role.name, "doctor");
  EXPECT_EQ(stats.roles[0].live_code_points, 3u);
  EXPECT_EQ(stats.roles[1].live_code_points, 2u);
  EXPECT_EQ(stats.first_message_at, first.timestamp);
  EXPECT_EQ(stats.last_message_at, last.timestamp);
  world.remove("doctor", last.id.to_string()).value();
  EXPECT_THAT(world.stats("patient", session)->roles, SizeIs(1)) << "a role without a live message is not listed";
}

TEST(Read, every_view_is_for_participants) {
  World world;
  const SessionId session = world.create();
  for (const char* name : {"stranger", "admin"}) {
    EXPECT_EQ(world.get(name, session).error().message, "Unauthorized access to session");
    EXPECT_EQ(world.page(name, page_of(session, 1, 50)).error().message, "Unauthorized access to session");
    EXPECT_EQ(world.history(name, session).error().message, "Unauthorized access to session");
    EXPECT_EQ(world.stats(name, session).error().code, ErrorCode::forbidden);
    EXPECT_EQ(world.get(name, SessionId::from_random({1})).error().message, "Session not found") << "existence is checked first";
  }
  ReadPage nowhere = page_of(session, 1, 50);
  nowhere.session = {SessionField::State::foreign, {}};
  EXPECT_EQ(world.page("doctor", nowhere).error().message, "Session not found");
}

TEST(Read, a_page_that_cannot_be_read_is_an_error_never_shorter) {
  World world;
  const SessionId session = world.create();
  for (int count = 0; count < 200; ++count) world.start_send("doctor", session, std::to_string(count));
  world.run();
  world.store.corrupt(world.number_of(session), 20);
  EXPECT_EQ(world.page("doctor", page_of(session, 1, 1000)).error().code, ErrorCode::log_corrupt);
  world.store.refuse_read_jobs(true);
  EXPECT_EQ(world.page("doctor", page_of(session, 1, 1000)).error().code, ErrorCode::overloaded);
  EXPECT_TRUE(world.page("doctor", page_of(session, 1, 100)).has_value()) << "what is in memory needs no read";
}

// Random sends, deletions, restarts and changes of time. After each burst every view is compared with a plain list.
class Oracle {
 public:
  explicit Oracle(std::uint32_t seed) : random_(seed), session_(world_.create()) {}

  void burst() {
    for (int count = 0; count < 40; ++count) step();
    if (random_() % 3 == 0) world_.restart();
    compare_stats();
    for (int count = 0; count < 12; ++count) compare_page();
  }

 private:
  struct Message {
    ObjectId id;
    std::string text;
    std::string sender;
    Timestamp time;
  };

  void step() {
    if (random_() % 4 == 0) world_.clock.advance(std::chrono::milliseconds(random_() % 3 * 500));
    const bool remove = !live_.empty() && random_() % 3 == 0;
    if (remove) return remove_one();
    const std::string sender = random_() % 2 ? "doctor" : "patient";
    std::string text = "m" + std::to_string(sent_++);
    if (random_() % 5 == 0) text += "é😀";
    const auto view = world_.send(sender, session_, text, random_() % 2 ? "k" + std::to_string(sent_) : "");
    ASSERT_TRUE(view.has_value());
    live_.push_back({view->id, text, sender, view->timestamp});
  }

  void remove_one() {
    // The counters are hardest to keep right when the first or the last text is deleted.
    const auto choice = random_() % 4;
    const std::size_t index = choice == 0 ? 0 : choice == 1 ? live_.size() - 1 : random_() % live_.size();
    ASSERT_TRUE(world_.remove("admin", live_[index].id.to_string()).has_value());
    live_.erase(live_.begin() + static_cast<std::ptrdiff_t>(index));
  }

  void compare_stats() {
    const auto stats = world_.stats("doctor", session_).value();
    EXPECT_EQ(stats.total_messages, live_.size());
    for (const auto& role : stats.roles) {
      std::uint64_t texts = 0, code_points = 0;
      for (const Message& message : live_) {
        if (message.sender == role.role.name) ++texts, code_points += code_point_count(message.text);
      }
      EXPECT_EQ(role.live_texts, texts);
      EXPECT_EQ(role.live_code_points, code_points);
    }
    EXPECT_EQ(stats.first_message_at, live_.empty() ? std::nullopt : std::optional(live_.front().time));
    EXPECT_EQ(stats.last_message_at, live_.empty() ? std::nullopt : std::optional(live_.back().time));
  }

  void compare_page() {
    const std::uint32_t limit = 1 + random_() % (random_() % 2 ? 10 : 300);
    const std::uint64_t number = 1 + random_() % 8;
    std::optional<Timestamp> before;
    if (!live_.empty() && random_() % 2) before = live_[random_() % live_.size()].time;
    std::vector<std::string> older;
    for (const Message& message : live_) {
      if (!before || message.time < *before) older.push_back(message.text);
    }
    const std::size_t total = older.size();
    const std::size_t end = total - std::min<std::size_t>(total, (number - 1) * limit);
    const std::size_t begin = end - std::min<std::size_t>(end, limit);
    const std::vector<std::string> expected(older.begin() + static_cast<std::ptrdiff_t>(begin),
                                            older.begin() + static_cast<std::ptrdiff_t>(end));

    const auto page = world_.page("patient", page_of(session_, number, limit, before)).value();
    EXPECT_EQ(texts_of(page), expected) << "page " << number << ", limit " << limit;
    EXPECT_EQ(page.total_messages, total);
    EXPECT_EQ(page.total_pages, (total + limit - 1) / limit);
    EXPECT_EQ(page.has_more, total > number * limit);
  }

  std::mt19937 random_;
  World world_;
  SessionId session_;
  std::vector<Message> live_;
  std::size_t sent_ = 0;
};

TEST(Read, every_view_agrees_with_a_naive_list_after_any_history) {
  for (std::uint32_t seed = 1; seed <= 8; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Oracle oracle(seed);
    for (int count = 0; count < 12; ++count) oracle.burst();
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace parley::test
