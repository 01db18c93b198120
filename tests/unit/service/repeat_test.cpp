// P3: exactly once, for the life of the session: the same (session, sender, clientMessageId) gives one entry and the same answer.
#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "unit/service/world.hpp"

namespace parley::test {
namespace {

using domain::MessageView;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

void expect_same(const MessageView& first, const Result<MessageView>& repeat) {
  ASSERT_TRUE(repeat.has_value()) << repeat.error().message;
  EXPECT_EQ(repeat->id, first.id);
  EXPECT_EQ(repeat->position, first.position);
  EXPECT_EQ(repeat->timestamp, first.timestamp);
  EXPECT_EQ(repeat->text, first.text);
  EXPECT_EQ(repeat->client_message_id, first.client_message_id);
  EXPECT_EQ(repeat->freshness, MessageView::Freshness::duplicate);
}

TEST(Repeat, a_repeat_gets_the_same_answer_and_tells_no_one) {
  Room room;
  const auto first = room.world.send("doctor", room.session, "once", "key").value();
  room.patient->take();
  expect_same(first, room.world.send("doctor", room.session, "once", "key"));
  EXPECT_THAT(room.patient->take(), IsEmpty());
  EXPECT_THAT(room.world.texts(room.session), SizeIs(1));
}

TEST(Repeat, whichever_transport_it_comes_on) {
  Room room;
  const auto first = room.world.send("doctor", room.session, "once", "key").value();
  room.doctor->take();
  room.say(*room.doctor, "once", "key", 1);
  room.run();
  EXPECT_THAT(room.doctor->take(), ElementsAre(AllOf(Contains("\"duplicate\":true"), Contains(first.id.to_string()))));
}

TEST(Repeat, keys_belong_to_their_sender_and_session) {
  World world;
  const SessionId session = world.create();
  world.introduce("other", "patient");
  const SessionId other = world.create("doctor", "other");
  const auto first = world.send("doctor", session, "mine", "key").value();
  EXPECT_NE(world.send("patient", session, "yours", "key")->id, first.id);
  EXPECT_NE(world.send("doctor", other, "elsewhere", "key")->id, first.id);
  EXPECT_NE(world.send("doctor", session, "mine", "key2")->id, first.id);
}

TEST(Repeat, without_a_key_nothing_is_a_repeat) {
  World world;
  const SessionId session = world.create();
  world.send("doctor", session, "same").value();
  EXPECT_EQ(world.send("doctor", session, "same")->freshness, MessageView::Freshness::fresh);
  EXPECT_THAT(world.texts(session), ElementsAre("same", "same"));
}

TEST(Repeat, another_text_under_the_same_key_is_a_conflict) {
  Room room;
  room.world.send("doctor", room.session, "one", "key").value();
  const auto conflict = room.world.send("doctor", room.session, "two", "key");
  ASSERT_FALSE(conflict.has_value());
  EXPECT_EQ(conflict.error().code, ErrorCode::idempotency_conflict);
  room.doctor->take();
  room.say(*room.doctor, "three", "key", 1);
  room.run();
  EXPECT_THAT(room.doctor->take(), ElementsAre(Contains("\"code\":\"idempotency_conflict\""), Contains("42[\"error\"")));
  EXPECT_THAT(room.world.texts(room.session), ElementsAre("one"));
}

TEST(Repeat, texts_are_compared_as_they_are_stored) {
  World world;
  const SessionId session = world.create();
  const auto first = world.send("doctor", session, std::string("a\x01") + "b", "key").value();
  expect_same(first, world.send("doctor", session, std::string("a") + "\x02" + "b", "key"));
}

TEST(Repeat, a_retry_succeeds_after_the_end_but_not_for_strangers) {
  World world;
  const SessionId session = world.create();
  const auto first = world.send("doctor", session, "once", "key").value();
  world.end("doctor", session).value();
  expect_same(first, world.send("doctor", session, "once", "key"));
  EXPECT_EQ(world.send("stranger", session, "once", "key").error().message, "Unauthorized access to session");
  EXPECT_EQ(world.send("doctor", session, "new", "new key").error().message, "Session has already ended");
}

TEST(Repeat, a_retry_succeeds_over_the_rate) {
  auto config = World::unlimited();
  config.rates.chat = 1;
  Room room(config);
  room.say(*room.doctor, "once", "key", 1);
  room.run();
  room.doctor->take();
  for (std::uint64_t ack = 2; ack < 5; ++ack) room.say(*room.doctor, "once", "key", ack);
  room.run();
  const auto acks = room.doctor->take();
  ASSERT_THAT(acks, SizeIs(3));
  for (const auto& ack : acks) EXPECT_THAT(ack, Contains("\"duplicate\":true"));
}

TEST(Repeat, a_retry_of_a_deleted_message_says_so_whatever_its_text) {
  World world;
  const SessionId session = world.create();
  const auto first = world.send("doctor", session, "once", "key").value();
  world.remove("doctor", first.id.to_string()).value();
  for (const char* text : {"once", "another"}) {
    const auto repeat = world.send("doctor", session, text, "key").value();
    EXPECT_EQ(repeat.id, first.id);
    EXPECT_EQ(repeat.presence, MessageView::Presence::deleted);
    EXPECT_EQ(repeat.text, "");
    EXPECT_EQ(repeat.freshness, MessageView::Freshness::duplicate);
  }
  world.restart();
  EXPECT_EQ(world.send("doctor", session, "once", "key")->presence, MessageView::Presence::deleted);
  EXPECT_THAT(world.texts(session), IsEmpty());
}

TEST(Repeat, over_a_socket_a_deleted_message_is_acked_without_text) {
  Room room;
  const auto first = room.world.send("doctor", room.session, "secret words", "key").value();
  room.world.remove("doctor", first.id.to_string()).value();
  room.doctor->take();
  room.say(*room.doctor, "secret words", "key", 1);
  room.run();
  EXPECT_THAT(room.doctor->take(),
              ElementsAre(AllOf(Contains("\"deleted\":true"), Contains("\"duplicate\":true"), Not(Contains("secret words")))));
}

TEST(Repeat, a_retry_succeeds_after_a_restart) {
  World world;
  const SessionId session = world.create();
  const auto first = world.send("doctor", session, "once", "key").value();
  world.restart();
  expect_same(first, world.send("doctor", session, "once", "key"));
  EXPECT_EQ(world.send("doctor", session, "twice", "key").error().code, ErrorCode::idempotency_conflict);
}

TEST(Repeat, a_retry_succeeds_when_less_is_allowed_since) {
  World world;
  const SessionId session = world.create();
  const std::string text(200, 'x');
  const auto first = world.send("doctor", session, text, "key").value();
  auto config = World::unlimited();
  config.message_length_max = 100;
  world.restart(config);
  expect_same(first, world.send("doctor", session, text, "key"));
  const std::string too_long = "Message too long (max 100 characters)";
  EXPECT_EQ(world.send("doctor", session, text + "y", "key").error().message, too_long) << "content comes before the conflict";
  EXPECT_EQ(world.send("doctor", session, text, "other key").error().message, too_long);
  EXPECT_EQ(world.send("stranger", session, text, "key").error().message, too_long) << "content comes before access";
  EXPECT_EQ(world.send("doctor", SessionId::from_random({9}), text, "key").error().message, too_long);
}

/// A session, loaded again, whose first message is older than everything kept in memory.
class Old : public ::testing::Test {
 protected:
  Old() : session(world.create()), first(world.send("doctor", session, "once", "key").value()) {
    for (std::size_t count = 0; count <= limits::session_tail_entries; ++count)
      world.start_send("patient", session, "x" + std::to_string(count));
    world.restart();
    world.get("doctor", session).value();  // loads the session
  }

  World world;
  SessionId session;
  MessageView first;
};

TEST_F(Old, a_retry_finds_its_message_however_old) {
  expect_same(first, world.send("doctor", session, "once", "key"));
  EXPECT_EQ(world.send("doctor", session, "other", "key").error().code, ErrorCode::idempotency_conflict);
  world.remove("doctor", first.id.to_string()).value();
  EXPECT_EQ(world.send("doctor", session, "once", "key")->presence, MessageView::Presence::deleted);
}

TEST_F(Old, a_new_key_is_looked_up_once_and_then_known) {
  const auto fresh = world.send("doctor", session, "new", "new key").value();
  EXPECT_EQ(fresh.freshness, MessageView::Freshness::fresh);
  expect_same(fresh, world.send("doctor", session, "new", "new key"));
}

TEST_F(Old, after_one_message_new_keys_need_no_lookup_and_old_ones_are_found_all_the_same) {
  world.send("doctor", session, "new", "new key").value();
  world.store.hold_reads();
  const auto next = world.start_send("doctor", session, "newer", "newer key");
  const auto repeat = world.start_send("doctor", session, "once", "key");
  world.run();
  ASSERT_TRUE(next->has_value()) << "its key is known to be new";
  EXPECT_EQ((**next)->freshness, MessageView::Freshness::fresh);
  EXPECT_FALSE(repeat->has_value()) << "where the first one is has to be looked up";
  world.store.release_reads();
  world.run();
  expect_same(first, **repeat);
}

TEST_F(Old, older_keys_that_could_not_be_read_are_read_with_a_later_message) {
  world.store.hold_commits();
  const auto looked_up = world.start_send("doctor", session, "one", "k1");
  world.run();
  world.store.fail_reads({ErrorCode::store_failed, "The store failed", {}});
  world.store.release_commits();
  world.run();
  EXPECT_TRUE((*looked_up)->has_value()) << "its own lookup was before";
  EXPECT_EQ(world.send("doctor", session, "two", "k2").error().code, ErrorCode::store_failed) << "whether k2 is new is not known";
  world.store.mend_reads();
  world.send("doctor", session, "two", "k2").value();
  world.store.hold_reads();
  const auto known = world.start_send("doctor", session, "three", "k3");
  world.run();
  EXPECT_TRUE(known->has_value());
  world.store.release_reads();
}

TEST_F(Old, a_key_that_was_looked_up_is_not_again_after_a_conflict) {
  world.store.hold_commits();
  const auto sent = world.start_send("doctor", session, "one", "k1");
  world.run();
  ASSERT_EQ(world.store.waiting(), 1u) << "looked up, and on its way";
  world.intrude(session, world.text_of("patient", "between"));
  world.store.hold_reads();
  world.store.release_commits();
  world.run();
  ASSERT_TRUE(sent->has_value());
  EXPECT_EQ((**sent)->position.seq, world.log_of(session).size());
  world.store.release_reads();
}

TEST_F(Old, what_another_server_stored_under_the_key_is_found_though_it_was_looked_up_before) {
  domain::Draft same = world.text_of("doctor", "one");
  same.client_message_id = "k1";
  same.key = domain::idempotency_key(world.get("doctor", session)->row.secret, same.sender, "k1");
  world.store.hold_commits();
  const auto sent = world.start_send("doctor", session, "one", "k1");
  world.run();
  world.intrude(session, std::move(same));
  world.store.release_commits();
  world.run();
  ASSERT_TRUE(sent->has_value());
  EXPECT_EQ((**sent)->freshness, MessageView::Freshness::duplicate);
}

TEST_F(Old, what_comes_behind_a_lookup_waits_and_keeps_its_order) {
  const std::size_t before = world.log_of(session).size();
  world.store.hold_reads();
  const auto looked_up = world.start_send("doctor", session, "one", "k1");
  const auto plain = world.start_send("doctor", session, "two");
  const auto repeat = world.start_send("doctor", session, "one", "k1");
  world.run();
  EXPECT_FALSE(looked_up->has_value());
  EXPECT_FALSE(plain->has_value());
  EXPECT_EQ(world.log_of(session).size(), before);
  world.store.release_reads();
  world.run();
  EXPECT_EQ((*looked_up)->value().position.seq + 1, (*plain)->value().position.seq);
  expect_same((*looked_up)->value(), (**repeat));
}

TEST_F(Old, without_a_key_nothing_waits_for_a_read) {
  world.store.hold_reads();
  const auto plain = world.start_send("doctor", session, "at once");
  world.run();
  EXPECT_TRUE(plain->has_value() && (*plain)->has_value());
  world.store.release_reads();
}

TEST_F(Old, a_failed_lookup_is_a_verdict_and_stores_nothing) {
  const std::size_t before = world.log_of(session).size();
  world.store.fail_reads({ErrorCode::store_failed, "The store failed", {}});
  EXPECT_EQ(world.send("doctor", session, "new", "new key").error().code, ErrorCode::store_failed);
  world.store.mend_reads();
  world.store.refuse_read_jobs(true);
  EXPECT_EQ(world.send("doctor", session, "new", "new key").error().code, ErrorCode::overloaded);
  world.store.refuse_read_jobs(false);
  EXPECT_EQ(world.log_of(session).size(), before);
  EXPECT_EQ(world.send("doctor", session, "new", "new key")->freshness, MessageView::Freshness::fresh);
}

/// A session with more messages than it keeps keys for.
class Long : public ::testing::Test {
 protected:
  Long() : session(world.create()), first(world.send("doctor", session, "m", "k0").value()) {
    for (std::size_t count = 1; count <= limits::session_keys_max; ++count) {
      world.start_send("doctor", session, "m", "k" + std::to_string(count));
      if (count % 1000 == 0) world.run();
    }
    world.run();
  }

  World world;
  SessionId session;
  MessageView first;
};

TEST_F(Long, keys_beyond_those_kept_in_memory_are_found_in_the_store) {
  expect_same(first, world.send("doctor", session, "m", "k0"));
  EXPECT_EQ(world.stats("doctor", session)->total_messages, limits::session_keys_max + 1);
}

TEST_F(Long, new_keys_need_no_lookup) {
  world.store.hold_reads();
  const auto sent = world.start_send("doctor", session, "m", "new");
  world.run();
  EXPECT_TRUE(sent->has_value());
  world.store.release_reads();
}

TEST_F(Long, loaded_anew_it_knows_all_keys_a_page_a_message) {
  world.restart();
  constexpr std::size_t pages = limits::session_keys_max / limits::older_keys_page + 1;
  for (std::size_t count = 0; count < pages; ++count) world.send("doctor", session, "m", "page " + std::to_string(count)).value();
  world.store.hold_reads();
  const auto sent = world.start_send("doctor", session, "m", "new");
  const auto repeat = world.start_send("doctor", session, "m", "k0");
  world.run();
  EXPECT_TRUE(sent->has_value());
  world.store.release_reads();
  world.run();
  expect_same(first, **repeat);
}

TEST(Repeat, of_two_in_flight_with_different_texts_the_first_wins) {
  World world;
  const SessionId session = world.create();
  world.store.hold_commits();
  const auto one = world.start_send("doctor", session, "one", "key");
  const auto two = world.start_send("doctor", session, "two", "key");
  world.run();
  world.store.release_commits();
  world.run();
  EXPECT_TRUE((*one)->has_value());
  EXPECT_EQ((*two)->error().code, ErrorCode::idempotency_conflict);
}

}  // namespace
}  // namespace parley::test
