// Keys and rows, byte for byte as docs/formats/embedded-store.md shows them.
#include <gtest/gtest.h>

#include <rocksdb/db.h>

#include "base/limits.hpp"
#include "domain/error_code.hpp"
#include "embedded_fixture.hpp"
#include "store/embedded/database.hpp"
#include "store/embedded/head_cache.hpp"
#include "store/embedded/layout.hpp"
#include "store/embedded/rows.hpp"

namespace parley::store::embedded {

namespace {

constexpr SessionNumber session{0x0102030405};
const SessionId session_id = *SessionId::parse("123e4567-e89b-42d3-a456-426614174000");
const UserId doctor = *UserId::parse("650000000000000000000001");
const UserId patient = *UserId::parse("650000000000000000000002");
constexpr Timestamp time{std::chrono::milliseconds{1'767'225'600'000}};

std::string hex_of(const TextId& id) {
  return to_hex(id.text());
}

SignallingMessage example_message() {
  return {.id = *doctor.object_id(),
          .session = session,
          .session_id = {},
          .sender = patient,
          .type = "offer",
          .payload_json = R"({"type":"offer"})",
          .timestamp = time,
          .user_agent = "browser",
          .address = "192.0.2.1",
          .connection_id = "c1"};
}

}  // namespace

TEST(Layout, keys_are_as_documented) {
  EXPECT_EQ(to_hex(session_prefix(session)), "0102030405");
  EXPECT_EQ(to_hex(log_key(session, 42)), "010203040500002a");
  EXPECT_EQ(to_hex(idempotency_key(session, Key16{0xaa})), "0102030405aa000000000000000000000000000000");
  EXPECT_EQ(to_hex(encode_seq(42)), "00002a");
  EXPECT_EQ(to_hex(pair_key(doctor, patient, session_id)), "7018" + hex_of(doctor) + "18" + hex_of(patient) + hex_of(session_id));
  EXPECT_EQ(to_hex(user_session_key(doctor, time, session_id)), "7518" + hex_of(doctor) + "fffffe64892557ff" + hex_of(session_id));
  EXPECT_EQ(to_hex(signalling_key(session, time, *doctor.object_id())), "0102030405fffffe64892557ff9afffffffffffffffffffffe");
}

TEST(Layout, a_revoked_token_is_as_documented_and_comes_back) {
  domain::Revocation revocation{.token = {}, .expires_at = time};
  revocation.token[31] = 0xff;
  const Bytes key = revocation_key(revocation.token);
  EXPECT_EQ(to_hex(key), "7265766f6b65642f" + std::string(62, '0') + "ff");
  EXPECT_EQ(to_hex(encode_revocation(revocation)), "010000019b76daa800");
  EXPECT_EQ(decode_revocation(key, encode_revocation(revocation)), revocation);
  revocation.expires_at.reset();
  EXPECT_EQ(decode_revocation(key, encode_revocation(revocation)), revocation);
  for (const BytesView damaged :
       {BytesView(), BytesView("\x01", 1), BytesView("\x02\0\0\0\0\0\0\0\0", 9), BytesView("\x01\0\0\0\0\0\0\0\0\0", 10)})
    EXPECT_EQ(decode_revocation(key, damaged).error().code, ErrorCode::log_corrupt);
  EXPECT_EQ(decode_revocation(BytesView(key).substr(1), encode_revocation(revocation)).error().code, ErrorCode::log_corrupt);
}

TEST(Layout, keys_are_read_back) {
  EXPECT_EQ(seq_of(log_key(session, limits::seq_max)), limits::seq_max);
  EXPECT_EQ(decode_seq(encode_seq(0x010203)), 0x010203u);
  EXPECT_EQ(decode_seq("four"), 0u);
  EXPECT_EQ(session_at_end_of(pair_key(doctor, patient, session_id)), session_id);
  EXPECT_EQ(session_at_end_of(user_session_key(doctor, time, session_id)), session_id);
  EXPECT_EQ(time_of_signalling(signalling_key(session, time, *doctor.object_id())), time);
  EXPECT_EQ(id_of_signalling(signalling_key(session, time, *doctor.object_id())), doctor.object_id());
}

TEST(Layout, no_id_is_the_beginning_of_another_ones_key) {
  const UserId ada = *UserId::parse("ada");
  const UserId adam = *UserId::parse("adam");
  EXPECT_FALSE(user_session_key(adam, time, session_id).starts_with(user_prefix(ada)));
  EXPECT_FALSE(pair_key(adam, ada, session_id).starts_with(pair_prefix(ada, *UserId::parse("m"))));
  EXPECT_NE(pair_prefix(*UserId::parse("a"), *UserId::parse("bc")), pair_prefix(*UserId::parse("ab"), *UserId::parse("c")));
}

TEST(Layout, a_key_of_an_open_session_that_is_damaged_is_named) {
  const Bytes key = pair_key(doctor, patient, session_id);
  for (std::size_t size = 0; size < key.size() - session_id.text().size() + 1; ++size)
    EXPECT_EQ(session_at_end_of(BytesView(key).substr(0, size)).error().code, ErrorCode::log_corrupt) << size;
}

TEST(Layout, the_order_of_keys_is_the_order_of_what_they_name) {
  EXPECT_LT(log_key(session, 255), log_key(session, 256));
  EXPECT_LT(log_key(session, limits::seq_max), log_key(SessionNumber{session.value + 1}, 1));
  EXPECT_GT(signalling_key(session, time, *doctor.object_id()),
            signalling_key(session, time + std::chrono::milliseconds{1}, *doctor.object_id()))
      << "newest first";
  EXPECT_GT(user_session_key(doctor, time, session_id), user_session_key(doctor, time + std::chrono::seconds{1}, session_id));
}

TEST(Layout, a_prefix_ends_before_the_next_one) {
  EXPECT_EQ(to_hex(prefix_end(session_prefix(session))), "0102030406");
  EXPECT_EQ(to_hex(prefix_end(session_prefix(SessionNumber{0x01020304ff}))), "01020305");
  EXPECT_GT(prefix_end(session_prefix(SessionNumber{0xffffffffff})), log_key(SessionNumber{0xffffffffff}, limits::seq_max));
}

TEST(Rows, users_are_read_back) {
  const domain::User user{.id = doctor, .role = {"doctor"}, .email = "d@example.org", .name = std::string(limits::name_bytes_max, 'n')};
  EXPECT_EQ(*decode_user(doctor, encode_user(user)), user);
  EXPECT_EQ(*decode_user(doctor, encode_user({.id = doctor, .role = {}, .email = {}, .name = {}})),
            (domain::User{.id = doctor, .role = {}, .email = {}, .name = {}}));
}

TEST(Rows, every_truncation_of_a_user_is_damage) {
  const Bytes value = encode_user({.id = doctor, .role = {"doctor"}, .email = "d@example.org", .name = "D"});
  for (std::size_t size = 0; size < value.size(); ++size)
    EXPECT_EQ(decode_user(doctor, BytesView(value).substr(0, size)).error().code, ErrorCode::log_corrupt) << size;
  EXPECT_FALSE(decode_user(doctor, value + "x").has_value());
}

TEST(Rows, signalling_messages_are_read_back) {
  const SignallingMessage message = example_message();
  const Bytes key = signalling_key(session, message.timestamp, message.id);
  EXPECT_EQ(*decode_signalling(session, key, encode_signalling(message)), message);
}

TEST(Rows, a_truncated_head_of_a_signalling_message_is_damage) {
  const SignallingMessage message = example_message();
  const Bytes key = signalling_key(session, message.timestamp, message.id);
  const Bytes value = encode_signalling(message);
  for (std::size_t size = 0; size < value.size() - message.payload_json.size(); ++size)
    EXPECT_EQ(decode_signalling(session, key, BytesView(value).substr(0, size)).error().code, ErrorCode::log_corrupt) << size;
}

TEST(HeadCache, forgets_the_least_recently_used_first) {
  HeadCache heads(2, 100);
  heads.put(SessionNumber{1}, {.position = {1, 1}});
  heads.put(SessionNumber{2}, {.position = {2, 2}});
  heads.put(SessionNumber{3}, {.position = {3, 3}});
  ASSERT_NE(heads.find(SessionNumber{1}), nullptr) << "nothing goes before trim";
  heads.trim();
  EXPECT_NE(heads.find(SessionNumber{1}), nullptr);
  EXPECT_EQ(heads.find(SessionNumber{2}), nullptr);
  EXPECT_EQ(heads.find(SessionNumber{3})->position.seq, 3u);
}

TEST(HeadCache, is_bounded_by_the_keys_it_holds_as_well) {
  HeadCache heads(100, 10);
  heads.add_keys(heads.put(SessionNumber{1}, {}), std::vector<KeyAt>(6));
  heads.add_keys(heads.put(SessionNumber{2}, {}), std::vector<KeyAt>(4));
  heads.trim();
  EXPECT_NE(heads.find(SessionNumber{1}), nullptr) << "at the limit";
  heads.add_keys(*heads.find(SessionNumber{2}), std::vector<KeyAt>(1));
  heads.trim();
  EXPECT_EQ(heads.find(SessionNumber{1}), nullptr) << "one past it";
  EXPECT_EQ(heads.take_keys(*heads.find(SessionNumber{2}), 9).size(), 5u);
  EXPECT_EQ(heads.find(SessionNumber{2})->keys_after, 9u);
}

class SignallingExpiry : public EmbeddedFixture {};

TEST_F(SignallingExpiry, records_past_their_days_leave_the_files_when_those_are_rewritten) {
  open();
  store->record(example_message());
  SignallingMessage fresh = example_message();
  fresh.timestamp += std::chrono::days{1};
  store->record(fresh);
  close();
  clock.advance(limits::signalling_kept + std::chrono::milliseconds{1});
  {
    StoreState state(logs);
    const auto database = Database::open(config, {rocksdb::FileSystem::Default(), clock, state, logs});
    ASSERT_TRUE(database.has_value());
    rocksdb::CompactRangeOptions options;
    options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
    ASSERT_TRUE((*database)->db().CompactRange(options, (*database)->family(Family::signalling), nullptr, nullptr).ok());
  }
  const auto left = test::RawDatabase(config.directory).all("signalling");
  ASSERT_EQ(left.size(), 1u);
  EXPECT_EQ(time_of_signalling(left[0].first), fresh.timestamp);
}

class Forgetting : public EmbeddedFixture {
 protected:
  void revoke(std::uint8_t number, Timestamp expires_at) {
    domain::Revocation revocation{.token = {}, .expires_at = expires_at};
    revocation.token[0] = number;
    std::optional<Result<void>> done;
    store->revoke(loop, revocation, [&](Result<void> kept) { done = std::move(kept); });
    ASSERT_TRUE(loop.run_until([&] { return done.has_value(); }));
    ASSERT_TRUE(done->has_value());
  }
  /// Reopens the store, which forgets with its next revocation. Returns the number of revocations kept besides that one.
  std::size_t kept_after(const ClockLook& look) {
    store->note_clock(look);
    close();
    EXPECT_TRUE(open_on_disk());
    revoke(200, clock.now() + std::chrono::days(1000));
    return store->all_revocations()->size() - 1;
  }
};

TEST_F(Forgetting, a_revocation_needs_its_margin_and_a_clock_that_went_on_evenly_for_so_long) {
  open();
  const Timestamp begin = clock.now();
  revoke(1, begin + std::chrono::hours(1));
  revoke(2, begin + std::chrono::days(30));
  const auto margin = limits::revocation_margin;
  clock.set_ahead(margin + std::chrono::hours(1));
  EXPECT_EQ(kept_after({.at = begin, .even_since = begin - std::chrono::days(90)}), 2u) << "a clock that is ahead of the last look";
  EXPECT_EQ(kept_after({.at = clock.now(), .even_since = clock.now() - margin + std::chrono::seconds(1)}), 2u) << "it jumped in the margin";
  EXPECT_EQ(kept_after({.at = clock.now() + std::chrono::seconds(1), .even_since = begin}), 2u) << "it went back";
  clock.set_ahead(margin + std::chrono::hours(1) - std::chrono::milliseconds(1));
  EXPECT_EQ(kept_after({.at = clock.now(), .even_since = clock.now() - margin}), 2u) << "in the margin of the token";
  clock.set_ahead(margin + std::chrono::hours(1));
  EXPECT_EQ(kept_after({.at = clock.now(), .even_since = clock.now() - margin}), 1u);
}

class Rides : public EmbeddedFixture {};

TEST_F(Rides, rows_alone_are_written_without_a_sync_and_a_full_queue_drops_and_counts) {
  open();
  const std::size_t syncs = files->syncs();
  SignallingMessage message = example_message();
  for (std::uint32_t index = 0; index < 3 * limits::signalling_queue_max; ++index) {
    message.id = *test::user_id(index).object_id();
    store->record(message);
  }
  const auto count = [&] {
    return read<Result<SignallingPage>>([&](LogReader&) { return store->newest(session, {}, {.limit = 100'000}); })->messages.size();
  };
  ASSERT_TRUE(loop.run_until([&] { return count() + store->health().signalling_dropped == 3 * limits::signalling_queue_max; }));
  EXPECT_EQ(files->syncs(), syncs);
  EXPECT_GE(count(), limits::signalling_queue_max);
}

TEST_F(Rides, records_are_bounded_by_their_bytes_as_well) {
  open();
  test::LogScript script(7);
  files->hold_syncs();  // keeps the committer busy, so that records wait
  send(script.create());
  ASSERT_TRUE(files->wait_for_held_sync());
  constexpr std::size_t megabyte = 1024 * 1024;
  SignallingMessage message = example_message();
  message.payload_json = '"' + std::string(megabyte - 2, 'x') + '"';
  const std::size_t fit = limits::signalling_queue_bytes_max / megabyte;
  for (std::uint32_t index = 0; index < fit + 3; ++index) {
    message.id = *test::user_id(index).object_id();
    store->record(message);
  }
  EXPECT_EQ(store->health().signalling_dropped, 3u);
  files->release_syncs();
  const auto count = [&] {
    return read<Result<SignallingPage>>([&](LogReader&) { return store->newest(session, {}, {.limit = 100, .bytes_max = SIZE_MAX}); })
        ->messages.size();
  };
  ASSERT_TRUE(loop.run_until([&] { return count() == fit; }));
  store->record(message);
  EXPECT_EQ(store->health().signalling_dropped, 3u) << "there is room again";
}

TEST_F(Rides, a_user_seen_again_unchanged_is_not_written_again) {
  open();
  const domain::User user{.id = doctor, .role = {"doctor"}, .email = "d@example.org", .name = "D"};
  for (int index = 0; index < 1000; ++index) store->remember_user(user);
  close();
  StoreState state(logs);
  const auto database = Database::open(config, {rocksdb::FileSystem::Default(), clock, state, logs});
  ASSERT_TRUE(database.has_value());
  EXPECT_LE((*database)->latest_sequence(), 2u) << "the format and the user";
}

}  // namespace parley::store::embedded
