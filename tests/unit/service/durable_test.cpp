// P1: a client must not see data that could still be lost. While the store holds its commits, no answer and no event shows the message.
#include <gtest/gtest.h>

#include "unit/service/world.hpp"

namespace parley::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(Durable, until_the_commit_nothing_shows_the_message) {
  Room room;
  room.world.send("doctor", room.session, "before").value();
  room.doctor->take();
  room.patient->take();

  room.world.store.hold_commits();
  room.say(*room.doctor, "held", "key", 1);
  const auto rest = room.world.start_send("patient", room.session, "held too");
  room.run();

  EXPECT_THAT(room.doctor->take(), IsEmpty());
  EXPECT_THAT(room.patient->take(), IsEmpty());
  EXPECT_FALSE(rest->has_value());
  EXPECT_THAT(room.world.texts(room.session), ElementsAre("before"));
  service::ReadPage newest;
  newest.session = field(room.session);
  EXPECT_EQ(room.world.page("doctor", newest)->total_messages, 1u);
  EXPECT_EQ(room.world.stats("doctor", room.session)->total_messages, 1u);
  EXPECT_EQ(room.world.service->counts().messages_stored, 1u);

  room.world.store.release_commits();
  room.run();
  EXPECT_THAT(room.doctor->take(), SizeIs(3));  // an ack, and two messages
  EXPECT_THAT(room.patient->take(), SizeIs(2));
  EXPECT_TRUE(rest->has_value());
  EXPECT_THAT(room.world.texts(room.session), ElementsAre("before", "held", "held too"));
}

TEST(Durable, a_repeat_of_a_message_in_flight_waits_for_its_commit) {
  Room room;
  room.world.store.hold_commits();
  room.say(*room.doctor, "held", "key", 1);
  room.say(*room.doctor, "held", "key", 2);
  room.run();
  const auto rest = room.world.start_send("doctor", room.session, "held", "key", 1);
  room.run();
  EXPECT_THAT(room.doctor->take(), IsEmpty());
  EXPECT_FALSE(rest->has_value());
  room.world.store.release_commits();
  room.run();
  EXPECT_THAT(room.patient->take(), SizeIs(1));
  EXPECT_EQ((*rest)->value().freshness, domain::MessageView::Freshness::duplicate);
}

TEST(Durable, ack_and_delivery_leave_in_one_turn) {
  Room room;
  room.world.store.hold_commits();
  room.say(*room.doctor, "one", "", 1);
  room.say(*room.doctor, "two", "", 2);
  room.run();
  room.world.store.release_commits();
  room.world.worker.run_pending();
  // Each loop has exactly one task: the outcomes for the session's loop, and one batch of packets for the other.
  std::size_t tasks = 0;
  for (bool ran = true; ran;) {
    ran = false;
    for (const auto& loop : room.world.loops) {
      if (loop->run_one()) ++tasks, ran = true;
    }
  }
  EXPECT_EQ(tasks, 2u);
  EXPECT_THAT(room.doctor->take(), SizeIs(4));
  EXPECT_THAT(room.patient->take(), SizeIs(2));
}

TEST(Durable, a_first_join_is_acked_when_the_session_is_active_for_good) {
  World world;
  const SessionId session = world.create();
  auto doctor = world.connect("doctor");
  world.store.hold_commits();
  doctor->emit("join-session", session_json(session), 1);
  world.run();
  EXPECT_THAT(doctor->take(), IsEmpty());
  EXPECT_EQ(world.get("doctor", session)->row.status, domain::SessionStatus::created);
  EXPECT_EQ(world.get("doctor", session)->participant_count, 0u);
  world.store.release_commits();
  world.run();
  EXPECT_THAT(doctor->take(), ElementsAre(Contains("431[{\"success\":true")));
  EXPECT_EQ(world.get("doctor", session)->row.status, domain::SessionStatus::active);
}

TEST(Durable, an_end_a_deletion_and_a_new_session_wait_as_well) {
  Room room;
  const auto message = room.world.send("doctor", room.session, "to go").value();
  room.doctor->take();
  room.world.store.hold_commits();
  const auto deleted = room.world.start_remove("doctor", message.id.to_string());
  room.run();
  EXPECT_THAT(room.world.texts(room.session), ElementsAre("to go"));
  auto [ended, ended_done] = expect_answer<domain::EndView>();
  room.world.service->end_session(*room.world.loops[0], room.world.caller("doctor"), field(room.session), std::move(ended_done));
  room.world.introduce("other", "patient");
  auto [created, created_done] = expect_answer<domain::SessionView>();
  room.world.service->create_session(*room.world.loops[0], room.world.caller("doctor"),
                                     {text_field(room.world.authenticator.users["other"].id.to_string()), {}}, std::move(created_done));
  room.run();
  EXPECT_FALSE(deleted->has_value());
  EXPECT_FALSE(ended->has_value());
  EXPECT_FALSE(created->has_value());
  EXPECT_THAT(room.doctor->take(), IsEmpty());
  EXPECT_EQ(room.world.get("doctor", room.session)->row.status, domain::SessionStatus::active);

  room.world.store.release_commits();
  room.run();
  EXPECT_TRUE((*deleted)->has_value());
  EXPECT_TRUE((*ended)->has_value());
  EXPECT_TRUE((*created)->has_value());
  EXPECT_THAT(room.doctor->take(), ElementsAre(Contains("chat-message-deleted"), Contains("session-ended")));
}

}  // namespace
}  // namespace parley::test
