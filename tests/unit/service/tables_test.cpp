// The tables with limits: rates, connections, users, keys, texts. Also the outbox.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/hash.hpp"
#include "service/memory/key_index.hpp"
#include "service/memory/text_tail.hpp"
#include "service/session/outbox.hpp"
#include "service/shared/connection_table.hpp"
#include "service/shared/rate_limiter.hpp"
#include "service/users/user_cache.hpp"
#include "unit/service/world.hpp"

namespace parley::service {
namespace {

using test::ManualClock;
using test::ManualLoop;
using ::testing::ElementsAre;
using ::testing::SizeIs;

UserId user_id(std::uint32_t number) {
  ObjectId id;
  for (std::size_t index = 0; index < 4; ++index) id.bytes[8 + index] = static_cast<std::uint8_t>(number >> (24 - 8 * index));
  return UserId::of(id);
}

TEST(RateLimiter, admits_up_to_the_limit_of_a_window) {
  ManualClock clock;
  RateLimiter limiter(clock);
  EXPECT_TRUE(limiter.admit(user_id(1), EventKind::chat, 2).admitted);
  clock.advance(std::chrono::seconds(10));
  EXPECT_TRUE(limiter.admit(user_id(1), EventKind::chat, 2).admitted);
  const auto refused = limiter.admit(user_id(1), EventKind::chat, 2);
  EXPECT_FALSE(refused.admitted);
  EXPECT_EQ(refused.retry_after_ms, 50'000);
  EXPECT_TRUE(limiter.admit(user_id(1), EventKind::offer, 2).admitted) << "kinds count apart";
  EXPECT_TRUE(limiter.admit(user_id(2), EventKind::chat, 2).admitted) << "users count apart";
  clock.advance(std::chrono::milliseconds(49'999));
  EXPECT_FALSE(limiter.admit(user_id(1), EventKind::chat, 2).admitted);
  clock.advance(std::chrono::milliseconds(1));
  EXPECT_TRUE(limiter.admit(user_id(1), EventKind::chat, 2).admitted) << "the window started with the first event";
}

TEST(RateLimiter, has_windows_as_long_as_it_is_told) {
  ManualClock clock;
  RateLimiter limiter(clock, limits::session_create_window);
  EXPECT_TRUE(limiter.admit(user_id(1), EventKind::creation, 1).admitted);
  clock.advance(limits::session_create_window - std::chrono::milliseconds(1));
  EXPECT_EQ(limiter.admit(user_id(1), EventKind::creation, 1).retry_after_ms, 1);
  clock.advance(std::chrono::milliseconds(1));
  EXPECT_TRUE(limiter.admit(user_id(1), EventKind::creation, 1).admitted);
}

TEST(RateLimiter, without_a_limit_remembers_nothing) {
  ManualClock clock;
  RateLimiter limiter(clock);
  for (int count = 0; count < 100; ++count) EXPECT_TRUE(limiter.admit(user_id(1), EventKind::chat, 0).admitted);
  EXPECT_EQ(limiter.size(), 0u);
}

TEST(RateLimiter, forgets_windows_that_are_over_and_the_oldest_when_full) {
  ManualClock clock;
  RateLimiter limiter(clock);
  for (std::uint32_t number = 0; number < limits::rate_entries_max * 2; ++number) {
    EXPECT_TRUE(limiter.admit(user_id(number), EventKind::chat, 1).admitted);
  }
  EXPECT_LE(limiter.size(), limits::rate_entries_max);
  EXPECT_GT(limiter.size(), limits::rate_entries_max / 2);
  EXPECT_FALSE(limiter.admit(user_id(limits::rate_entries_max * 2 - 1), EventKind::chat, 1).admitted) << "the newest are remembered";
  clock.advance(limits::rate_window);
  for (std::uint32_t number = 0; number < 1'000; ++number) static_cast<void>(limiter.admit(user_id(number), EventKind::chat, 1));
  EXPECT_LE(limiter.size(), 1'000u);
}

TEST(UserCache, tells_whether_a_token_said_something_new) {
  UserCache cache;
  domain::User user{user_id(1), {"doctor"}, "d@example.org", "Dora"};
  EXPECT_EQ(cache.put(user), UserCache::Change::changed);
  EXPECT_EQ(cache.put(user), UserCache::Change::none);
  user.name = "Dr Dora";
  EXPECT_EQ(cache.put(user), UserCache::Change::changed);
  cache.put_if_absent({user_id(1), {"doctor"}, "", "older"});
  EXPECT_EQ(cache.find(user_id(1))->name, "Dr Dora");
  EXPECT_EQ(cache.find(user_id(2)), std::nullopt);
}

TEST(UserCache, is_bounded) {
  UserCache cache;
  std::size_t found = 0;
  for (std::uint32_t number = 0; number < limits::users_cached_max * 2; ++number) cache.put_if_absent({user_id(number), {}, "", ""});
  for (std::uint32_t number = 0; number < limits::users_cached_max * 2; ++number) found += cache.find(user_id(number)).has_value();
  EXPECT_LE(found, limits::users_cached_max);
  EXPECT_GT(found, limits::users_cached_max / 2);
}

TEST(ConnectionTable, counts_in_all_by_address_and_by_user) {
  ServiceConfig config;
  config.connections_total_max = 3;
  config.connections_per_address_max = 2;
  config.connections_per_user_max = 1;
  ManualClock clock;
  ConnectionTable table(config, clock);
  EXPECT_EQ(table.admit("a", user_id(1)), std::nullopt);
  EXPECT_EQ(table.admit("a", user_id(1)), "Too many connections for this user");
  EXPECT_EQ(table.admit("a", user_id(2)), std::nullopt);
  EXPECT_EQ(table.check("a"), "Too many connections from this IP address");
  EXPECT_EQ(table.check("b"), std::nullopt);
  EXPECT_EQ(table.admit("b", user_id(3)), std::nullopt);
  EXPECT_EQ(table.check("c"), "Server at capacity, please try again later");
  table.release("a", user_id(1));
  EXPECT_EQ(table.total(), 2u);
  EXPECT_EQ(table.admit("a", user_id(1)), std::nullopt);
}

TEST(ConnectionTable, knows_how_many_came_in_all_at_one_time_and_in_the_last_minute) {
  using namespace std::chrono_literals;
  ServiceConfig config;
  config.connections_total_max = config.connections_per_address_max = config.connections_per_user_max = 0;
  ManualClock clock;
  ConnectionTable table(config, clock);
  const Timestamp first = clock.now();
  for (std::uint32_t number = 0; number < 3; ++number) ASSERT_EQ(table.admit("a", user_id(number)), std::nullopt);
  table.release("a", user_id(0));
  clock.advance(30s);
  ASSERT_EQ(table.admit("a", user_id(0)), std::nullopt);
  table.release("a", user_id(1));
  EXPECT_EQ(table.counts().admitted, 4u);
  EXPECT_EQ(table.counts().peak, 3u);
  EXPECT_EQ(table.counts().last_minute, 4u);
  EXPECT_EQ(table.recent(), (std::vector<Timestamp>{first, first, first, first + 30s}));
  clock.advance(30s);
  EXPECT_EQ(table.recent(), std::vector<Timestamp>{first + 30s}) << "sixty seconds ago is not in the last minute";
  EXPECT_EQ(table.counts().last_minute, 1u);
}

TEST(RecentTimes, keep_the_newest_and_count_them_all) {
  using namespace std::chrono_literals;
  service::RecentTimes times;
  Timestamp now = ManualClock::start;
  for (std::size_t number = 0; number < 3 * limits::recent_times_max; ++number) times.note(now += 10ms);
  EXPECT_EQ(times.count(now), 3 * limits::recent_times_max) << "thirty seconds' worth";
  EXPECT_EQ(times.newest(now).size(), limits::recent_times_max);
  EXPECT_EQ(times.newest(now).back(), now);
  EXPECT_EQ(times.count(now + 60s), 0u);
  EXPECT_TRUE(times.newest(now + 60s).empty());
  times.note(now += 2min);
  EXPECT_EQ(times.count(now), 1u) << "seconds of another minute are not counted again";
}

TEST(ConnectionTable, is_crowded_above_four_fifths) {
  ServiceConfig config;
  config.connections_total_max = 10;
  config.connections_per_address_max = config.connections_per_user_max = 0;
  ManualClock clock;
  ConnectionTable table(config, clock);
  for (std::uint32_t number = 0; number < 8; ++number) ASSERT_EQ(table.admit("a", user_id(1)), std::nullopt);
  EXPECT_FALSE(table.crowded());
  ASSERT_EQ(table.admit("a", user_id(1)), std::nullopt);
  EXPECT_TRUE(table.crowded());
}

Key16 key_of(std::uint32_t number) {
  Key16 key{};
  for (std::size_t index = 0; index < 4; ++index) key[index] = static_cast<std::uint8_t>(number >> (8 * index));
  key[15] = 1;
  return key;
}

TEST(KeyIndex, finds_what_was_added_until_it_is_rolled_back) {
  KeyIndex keys;
  keys.add(key_of(1), 5);
  keys.add(key_of(2), 7);
  keys.add(Key16{}, 8);
  EXPECT_EQ(keys.find(key_of(1)), 5u);
  EXPECT_EQ(keys.find(Key16{}), std::nullopt) << "sent without clientMessageId";
  keys.roll_back_to(5);
  EXPECT_EQ(keys.find(key_of(1)), 5u);
  EXPECT_EQ(keys.find(key_of(2)), std::nullopt);
  keys.add(key_of(2), 6);
  EXPECT_EQ(keys.find(key_of(2)), 6u);
}

/// A key that spreads like a MAC: each of its bytes looks random.
Key16 mac_of(std::uint32_t number) {
  Key16 mac;
  const Digest32 digest = sha256({std::to_string(number)});
  std::copy_n(digest.begin(), mac.size(), mac.begin());
  return mac;
}

TEST(KeyIndex, knows_every_key_since_the_first_though_not_where) {
  KeyIndex keys;
  constexpr std::uint32_t count = limits::session_keys_max + 5'000;
  for (std::uint32_t seq = 1; seq <= count; ++seq) keys.add(mac_of(seq), seq);
  EXPECT_EQ(keys.known_from(), 1u);
  EXPECT_EQ(keys.exact_from(), 5'001u);
  EXPECT_EQ(keys.find(mac_of(5'000)), std::nullopt);
  EXPECT_EQ(keys.find(mac_of(5'001)), 5'001u);
  for (std::uint32_t seq = 1; seq <= 5'000; ++seq) {
    EXPECT_TRUE(keys.may_be_older(mac_of(seq), 1));
    EXPECT_FALSE(keys.may_be_older(mac_of(seq), keys.exact_from())) << "looked up";
  }
  std::uint32_t mistaken = 0;
  for (std::uint32_t number = count + 1; number <= count + 10'000; ++number) mistaken += keys.may_be_older(mac_of(number), 1) ? 1 : 0;
  EXPECT_LT(mistaken, 50u) << "of ten thousand new keys";
}

TEST(KeyIndex, what_is_rolled_back_is_new_again) {
  KeyIndex keys;
  for (std::uint32_t seq = 1; seq <= limits::session_keys_max + 10; ++seq) keys.add(mac_of(seq), seq);
  keys.roll_back_to(limits::session_keys_max);
  EXPECT_EQ(keys.find(mac_of(limits::session_keys_max + 1)), std::nullopt);
  EXPECT_FALSE(keys.may_be_older(mac_of(limits::session_keys_max + 1), 1));
}

TEST(KeyIndex, of_a_loaded_session_what_is_older_is_not_known_until_it_is_brought) {
  KeyIndex keys;
  keys.reset(101);
  keys.add(mac_of(101), 101);
  EXPECT_TRUE(keys.may_be_older(mac_of(7), 1));
  EXPECT_FALSE(keys.may_be_older(mac_of(7), 101)) << "looked up";
  const std::vector<Key16> newer{mac_of(60), mac_of(100)};
  keys.add_older(40, 90, newer);
  EXPECT_EQ(keys.known_from(), 101u) << "what lies between is not known";
  keys.add_older(51, 101, newer);
  EXPECT_TRUE(keys.may_be_older(mac_of(7), 50));
  EXPECT_TRUE(keys.may_be_older(mac_of(60), 51));
  EXPECT_FALSE(keys.may_be_older(mac_of(7), 51));
  keys.add_older(1, 51, std::vector<Key16>{mac_of(7)});
  EXPECT_TRUE(keys.may_be_older(mac_of(7), 1));
  EXPECT_FALSE(keys.may_be_older(mac_of(8), 1));
  keys.reset(1);
  EXPECT_FALSE(keys.may_be_older(mac_of(7), 1));
}

TEST(KeyIndex, says_what_it_takes) {
  KeyIndex keys;
  EXPECT_EQ(keys.bytes(), 0u);
  for (std::uint32_t seq = 1; seq <= limits::session_keys_max; ++seq) keys.add(mac_of(seq), seq);
  const std::size_t exact = keys.bytes();
  for (std::uint32_t seq = limits::session_keys_max + 1; seq <= 100'000; ++seq) keys.add(mac_of(seq), seq);
  EXPECT_GE(keys.bytes() - exact, 2 * (100'000 - limits::session_keys_max));
  EXPECT_LT(keys.bytes() - exact, 5u * 100'000);
}

StoredText text_at(std::uint32_t seq, std::int64_t time_ms) {
  StoredText text;
  text.position.seq = seq;
  text.timestamp = Timestamp(std::chrono::milliseconds(time_ms));
  text.logged_at = text.timestamp;
  text.text = std::to_string(seq);
  return text;
}

std::vector<std::uint32_t> seqs(const TextTail::Slice& slice) {
  std::vector<std::uint32_t> result;
  for (const StoredText* text : slice.texts) result.push_back(text->seq());
  return result;
}

TEST(TextTail, keeps_the_newest_and_says_from_where) {
  TextTail tail;
  for (std::uint32_t seq = 1; seq <= limits::session_tail_entries; ++seq) tail.push(text_at(seq, seq));
  EXPECT_EQ(tail.from_seq(), 1u);
  tail.push(text_at(limits::session_tail_entries + 1, 999));
  EXPECT_EQ(tail.from_seq(), 2u);
  EXPECT_EQ(tail.find(1), nullptr);
  EXPECT_NE(tail.find(2), nullptr);
  EXPECT_EQ(tail.find(4'000), nullptr);
}

StoredText long_text_at(std::uint32_t seq, std::size_t size_bytes) {
  StoredText text = text_at(seq, seq);
  text.text = std::string(size_bytes, 'x');
  return text;
}

TEST(TextTail, keeps_so_many_bytes_and_the_newest_in_any_case) {
  TextTail tail;
  const std::size_t half = limits::session_tail_bytes_max / 2;
  tail.push(long_text_at(1, half));
  tail.push(long_text_at(2, half));
  EXPECT_EQ(tail.from_seq(), 1u) << "at the limit";
  tail.push(long_text_at(3, 1));
  EXPECT_EQ(tail.from_seq(), 2u) << "one past it";
  tail.push(long_text_at(4, limits::session_tail_bytes_max + 1));
  EXPECT_EQ(tail.from_seq(), 4u);
  EXPECT_NE(tail.find(4), nullptr);
  tail.reset(1, {long_text_at(1, half), long_text_at(2, half), long_text_at(3, half)});
  EXPECT_EQ(tail.from_seq(), 2u) << "what is loaded is cut too";
}

TEST(TextTail, a_deleted_text_makes_room) {
  TextTail tail;
  tail.push(long_text_at(1, limits::session_tail_bytes_max));
  const std::size_t bytes = tail.bytes();
  tail.mark_deleted(1);
  EXPECT_EQ(bytes - tail.bytes(), limits::session_tail_bytes_max);
  tail.push(long_text_at(2, limits::session_tail_bytes_max));
  EXPECT_EQ(tail.from_seq(), 1u);
}

TEST(TextTail, a_deleted_text_stays_as_deleted) {
  TextTail tail;
  tail.push(text_at(3, 0));
  tail.mark_deleted(3);
  tail.mark_deleted(4);  // this seq has no text in the tail, so nothing is marked
  EXPECT_FALSE(tail.find(3)->live());
  EXPECT_EQ(tail.find(3)->text, "");
}

TEST(TextTail, answers_a_page_only_when_it_has_all_of_it) {
  TextTail tail;
  tail.reset(10, {text_at(10, 100), text_at(11, 100), text_at(12, 200)});  // ten live texts in all; the tail does not have the seven oldest
  EXPECT_THAT(seqs(*tail.slice({0, 2, {}, 10})), ElementsAre(11, 12));
  EXPECT_THAT(seqs(*tail.slice({1, 2, {}, 10})), ElementsAre(10, 11));
  EXPECT_FALSE(tail.slice({2, 2, {}, 10}).has_value());
  EXPECT_FALSE(tail.slice({0, 4, {}, 10}).has_value());
  EXPECT_THAT(seqs(*tail.slice({0, 4, {}, 3})), ElementsAre(10, 11, 12)) << "three are all there are";
  EXPECT_THAT(seqs(*tail.slice({100, 4, {}, 10})), SizeIs(0)) << "past the end needs no read";
  const auto before = [](std::int64_t ms) { return Timestamp(std::chrono::milliseconds(ms)); };
  EXPECT_THAT(seqs(*tail.slice({0, 1, before(200), 10})), ElementsAre(11));
  EXPECT_EQ(tail.slice({0, 1, before(200), 10})->newer, 1u);
  EXPECT_FALSE(tail.slice({0, 1, before(100), 10}).has_value()) << "texts with that very time may be older than the tail";
  EXPECT_EQ(tail.slice({0, 1, before(100), 3})->newer, 3u);
}

class NotingPeer final : public protocol::socketio::Peer {
 public:
  NotingPeer(EventLoop& loop, std::vector<std::string>& notes) : loop_(loop), notes_(notes) {}
  const std::string& sid() const override { return handshake_.sid; }
  const protocol::socketio::Handshake& handshake() const override { return handshake_; }
  EventLoop& loop() override { return loop_; }
  bool connected() const override { return true; }
  std::string_view transport() const override { return "polling"; }
  void send(protocol::socketio::PacketPtr packet) override { notes_.emplace_back(packet->text_packet()); }
  void send_volatile(protocol::socketio::PacketPtr packet) override { send(std::move(packet)); }
  void disconnect(Close) override {}

 private:
  EventLoop& loop_;
  std::vector<std::string>& notes_;
  protocol::socketio::Handshake handshake_;
};

TEST(Outbox, keeps_its_order_even_when_a_task_asks_for_more) {
  ManualLoop home(0), other(1);
  Outbox outbox({&home, &other}, home);
  std::vector<std::string> notes;
  const auto peer = std::make_shared<NotingPeer>(home, notes);
  const auto packet = [](std::string_view name) { return protocol::socketio::encode_event("/", name, ""); };
  outbox.run(0, [&] {
    notes.emplace_back("task");
    outbox.send(0, peer, packet("c"));
    outbox.flush();  // a nested flush must not send anything
    notes.emplace_back("task over");
  });
  outbox.send(0, peer, packet("b"));
  EXPECT_THAT(notes, SizeIs(0)) << "nothing is said before the turn is over";
  outbox.flush();
  EXPECT_THAT(notes, ElementsAre("task", "task over", "42[\"b\"]", "42[\"c\"]"));
}

TEST(Outbox, gives_each_other_loop_one_post) {
  ManualLoop home(0), other(1);
  Outbox outbox({&home, &other}, home);
  std::vector<std::string> notes;
  const auto peer = std::make_shared<NotingPeer>(other, notes);
  for (int count = 0; count < 3; ++count) outbox.send(1, peer, protocol::socketio::encode_event("/", std::to_string(count), ""));
  outbox.run(1, [&] { notes.emplace_back("answer"); });
  outbox.flush();
  EXPECT_THAT(notes, SizeIs(0));
  EXPECT_EQ(other.run_pending(), 1u);
  EXPECT_THAT(notes, ElementsAre("42[\"0\"]", "42[\"1\"]", "42[\"2\"]", "answer"));
}

}  // namespace
}  // namespace parley::service
