// Other nodes append to the same log: a send is decided again behind their entries, and the room hears those too.
#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "domain/chain.hpp"
#include "unit/service/world.hpp"

namespace parley::test {
namespace {

using domain::MessageView;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(Conflict, another_nodes_entry_is_taken_in_and_the_send_chained_behind_it) {
  Room room;
  room.world.intrude(room.session, room.world.text_of("patient", "from elsewhere"));
  room.say(*room.doctor, "from here", "", 1);
  room.say(*room.doctor, "and more", "", 2);
  room.run();
  const auto heard = room.patient->take("chat-message");
  ASSERT_THAT(heard, SizeIs(3));
  EXPECT_THAT(heard[0], Contains("from elsewhere"));
  EXPECT_THAT(heard[1], AllOf(Contains("from here"), Contains("\"prev\":3")));
  EXPECT_THAT(heard[2], Contains("and more"));
  EXPECT_THAT(room.world.texts(room.session), ElementsAre("from elsewhere", "from here", "and more"));
}

// A resume reads the store, which may have entries that the room has not received yet.
TEST(Conflict, what_a_resume_shows_of_another_node_is_heard_by_the_others_and_not_again_by_it) {
  Room room;
  room.world.intrude(room.session, room.world.text_of("patient", "from elsewhere"));
  auto late = room.world.connect("patient", 1);
  late->emit("join-session", "{\"sessionId\":\"" + room.session.to_string() + "\",\"after\":\"2\"}", 7);
  room.run();
  EXPECT_THAT(late->take(), ElementsAre(AllOf(Contains("from elsewhere"), Contains("\"more\":false"))));
  EXPECT_THAT(room.doctor->take("chat-message"), ElementsAre(Contains("from elsewhere"))) << "though nobody sent";
  room.say(*room.doctor, "from here", "", 1);
  room.run();
  EXPECT_THAT(late->take("chat-message"), ElementsAre(AllOf(Contains("from here"), Contains("\"prev\":3"))));
}

TEST(Conflict, what_a_read_of_entries_shows_of_another_node_the_room_hears) {
  Room room;
  room.world.intrude(room.session, room.world.text_of("patient", "from elsewhere"));
  room.patient->emit("entries", "{\"sessionId\":\"" + room.session.to_string() + "\",\"after\":\"2\"}", 7);
  room.run();
  EXPECT_THAT(room.doctor->take("chat-message"), ElementsAre(Contains("from elsewhere")));
  EXPECT_THAT(room.world.texts(room.session), ElementsAre("from elsewhere"));
}

TEST(Conflict, every_check_is_run_again_against_what_came_between) {
  Room room;
  auto row = room.world.get("doctor", room.session)->row;
  row.status = domain::SessionStatus::ended;
  row.ended_at = room.world.clock.now();
  domain::Draft ended = room.world.text_of("patient", "");
  ended.kind = domain::EntryKind::ended;
  room.world.intrude(room.session, std::move(ended), row);
  room.say(*room.doctor, "too late", "", 1);
  room.run();
  EXPECT_THAT(room.doctor->take(),
              ElementsAre(Contains("session-ended"), Contains("431[{\"success\":false,\"error\":\"Session has already ended\""),
                          Contains("42[\"error\"")));
  EXPECT_THAT(room.world.texts(room.session), IsEmpty());
}

TEST(Conflict, a_repeat_that_another_node_stored_is_found) {
  Room room;
  const auto row = room.world.get("doctor", room.session)->row;
  const auto doctor = room.world.authenticator.users.at("doctor").id;
  domain::Draft draft = room.world.text_of("doctor", "once");
  draft.client_message_id = "key";
  draft.key = domain::idempotency_key(row.secret, doctor, "key");
  room.world.intrude(room.session, std::move(draft));
  EXPECT_EQ(room.world.send("doctor", room.session, "once", "key")->freshness, MessageView::Freshness::duplicate);
  EXPECT_THAT(room.world.texts(room.session), ElementsAre("once"));
}

TEST(Conflict, a_send_is_counted_once_against_the_rate) {
  auto config = World::unlimited();
  config.rates.chat = 1;
  Room room(config);
  room.world.intrude(room.session, room.world.text_of("patient", "between"));
  room.say(*room.doctor, "decided twice", "", 1);
  room.run();
  EXPECT_THAT(room.doctor->take(), ::testing::Contains(Contains("431[{\"success\":true")));
}

TEST(Conflict, a_history_that_does_not_follow_is_read_again) {
  Room room;
  // An append with a lost outcome comes first. So the next one conflicts with more than a plain tail.
  room.world.store.unknown_next(ModelStore::Fate::stored);
  room.world.send("doctor", room.session, "perhaps");
  room.world.intrude(room.session, room.world.text_of("patient", "between"));
  EXPECT_TRUE(room.world.send("doctor", room.session, "after").has_value());
  EXPECT_THAT(room.world.texts(room.session), ElementsAre("perhaps", "between", "after"));
  EXPECT_THAT(room.patient->take("chat-message"), SizeIs(3));
}

TEST(Conflict, without_word_of_what_came_between_reads_the_session_again) {
  Room room;
  room.world.log.hides_tails = true;
  room.world.intrude(room.session, room.world.text_of("patient", "between"));
  room.say(*room.doctor, "after", "", 1);
  room.say(*room.doctor, "and after", "", 2);
  room.run();
  EXPECT_THAT(room.world.texts(room.session), ElementsAre("between", "after", "and after"));
  EXPECT_THAT(room.patient->take("chat-message"), SizeIs(3)) << "and the room hears what came between";
  EXPECT_THAT(room.doctor->take(), ::testing::Contains(Contains("432[{\"success\":true")));
}

TEST(Conflict, ends_in_a_verdict_when_another_node_is_always_faster) {
  Room room;
  room.world.store.hold_commits();
  const auto sent = room.world.start_send("doctor", room.session, "never");
  room.run();
  for (std::size_t round = 0; round < 2 * limits::append_conflicts_max && !sent->has_value(); ++round) {
    room.world.intrude(room.session, room.world.text_of("patient", "first again"));
    room.world.store.release_commits();
    room.world.worker.run_pending();
    room.world.store.hold_commits();
    for (const auto& loop : room.world.loops) loop->run_pending();
  }
  ASSERT_TRUE(sent->has_value());
  EXPECT_EQ((*sent)->error().code, ErrorCode::overloaded);
  room.world.store.release_commits();
  room.run();
}

}  // namespace
}  // namespace parley::test
