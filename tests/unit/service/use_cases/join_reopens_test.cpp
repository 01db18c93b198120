// Joins that reopen an ended session: only where the server says so and in time, and in one step with the reopening.
#include <gtest/gtest.h>

#include "unit/service/use_cases/reopen_fixture.hpp"

namespace parley::test {
namespace {

using namespace std::chrono_literals;
using domain::EntryKind;
using domain::SessionStatus;
using service::ReopeningConfig;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

TEST(JoinReopens, only_where_the_server_says_so_and_in_time) {
  for (const auto by : {ReopeningConfig::By::nobody, ReopeningConfig::By::creator}) {
    EndedRoom room(by);
    room.doctor->emit("join-session", session_json(room.session), 1);
    room.run();
    EXPECT_THAT(room.doctor->take(), ElementsAre(Contains("Session has already ended")));
    EXPECT_EQ(text_of(room.world.start("doctor", room.session)), "Session has already ended");
  }
  EndedRoom room(ReopeningConfig::By::joining, 2h);
  room.world.clock.advance(2h + 1ms);
  EXPECT_EQ(text_of(room.world.start("patient", room.session)), "Session has already ended");
  EXPECT_EQ(text_of(room.world.reopen("patient", room.session)), "Only the creator of a session can reopen it");
  EXPECT_EQ(text_of(room.world.reopen("doctor", room.session)), "reopened") << "the creator at any time";
  room.world.end("doctor", room.session).value();
  room.world.clock.advance(2h);
  EXPECT_EQ(text_of(room.world.start("patient", room.session)), "reopened") << "counted from the last end";
  EXPECT_EQ(text_of(room.world.start("stranger", room.session)), "Unauthorized access to session");
}

TEST(JoinReopens, at_any_time_when_no_time_is_set) {
  EndedRoom room(ReopeningConfig::By::joining, 0h);
  room.world.clock.advance(24h * 365);
  EXPECT_EQ(text_of(room.world.start("patient", room.session)), "reopened");
}

TEST(JoinReopens, over_a_socket_in_one_go) {
  EndedRoom room(ReopeningConfig::By::joining);
  room.doctor->disconnect();
  room.run();
  room.patient->take();
  auto doctor = room.world.connect("doctor", 0);
  doctor->emit("join-session", session_json(room.session), 1);
  room.say(*doctor, "sent without waiting", "", 2);
  room.run();
  const auto heard = doctor->take();
  ASSERT_THAT(heard, SizeIs(3));
  EXPECT_THAT(heard[0], AllOf(Contains("431[{\"success\":true"), Contains("\"status\":\"active\""), Not(Contains("endedAt")),
                              Contains("\"participantCount\":1")))
      << "open again, and as before this join";
  EXPECT_THAT(heard[1], Contains("432[{\"success\":true"));
  EXPECT_THAT(heard[2], Contains("sent without waiting"));
  const auto patient = room.patient->take();
  ASSERT_THAT(patient, SizeIs(3));
  EXPECT_EQ(patient[0], room.reopened_event("doctor"));
  EXPECT_THAT(patient[1], Contains("user-joined"));
  EXPECT_THAT(patient[2], Contains("sent without waiting"));
  EXPECT_THAT(room.kinds(),
              ElementsAre(EntryKind::created, EntryKind::participant, EntryKind::ended, EntryKind::reopened, EntryKind::text));
}

TEST(JoinReopens, a_socket_that_stayed_in_the_room_hears_it_too) {
  EndedRoom room(ReopeningConfig::By::joining);
  room.patient->emit("join-session", session_json(room.session), 1);
  room.run();
  EXPECT_THAT(room.patient->take(), ElementsAre(room.reopened_event("patient"), Contains("431[{\"success\":true")));
  EXPECT_THAT(room.doctor->take(), ElementsAre(room.reopened_event("patient")));
  EXPECT_EQ(room.world.get("doctor", room.session)->participant_count, 2u);
}

TEST(JoinReopens, with_a_resume_that_shows_it) {
  EndedRoom room(ReopeningConfig::By::joining);
  auto doctor = room.world.connect("doctor", 0);
  doctor->emit("join-session", "{\"sessionId\":\"" + room.session.to_string() + "\",\"after\":2}", 1);
  room.run();
  EXPECT_THAT(doctor->take(), ElementsAre(AllOf(Contains("431[{\"success\":true"), Contains("\"kind\":\"ended\""),
                                                Contains("\"reopenedBy\":\"" + room.user("doctor")), Contains("\"more\":false"))));
}

TEST(JoinReopens, another_open_session_is_in_the_way_and_what_was_said_may_be_read) {
  EndedRoom room(ReopeningConfig::By::joining);
  const SessionId other = room.world.create();
  EXPECT_EQ(room.world.start("patient", room.session).error().detail, other.to_string());
  auto doctor = room.world.connect("doctor", 0);
  doctor->emit("join-session", session_json(room.session), 1);
  room.run();
  EXPECT_THAT(doctor->take(), ElementsAre(AllOf(Contains("Active session already exists"), Contains(other.to_string()))));
  doctor->emit("join-session", "{\"sessionId\":\"" + room.session.to_string() + "\",\"after\":null}", 2);
  room.run();
  EXPECT_THAT(doctor->take(), ElementsAre(AllOf(Contains("432[{\"success\":false"), Contains(other.to_string()), Contains("\"resume\":{"),
                                                Contains("\"kind\":\"ended\""))));
  EXPECT_EQ(room.world.get("doctor", room.session)->participant_count, 2u) << "nobody entered";
}

TEST(JoinReopens, two_at_once_are_two_joins_and_one_reopening) {
  EndedRoom room(ReopeningConfig::By::joining);
  room.doctor->disconnect(), room.patient->disconnect();
  room.run();
  auto doctor = room.world.connect("doctor", 0);
  auto patient = room.world.connect("patient", 1);
  room.world.store.hold_commits();
  doctor->emit("join-session", session_json(room.session), 1);
  patient->emit("join-session", session_json(room.session), 1);
  room.run();
  room.world.store.release_commits();
  room.run();
  EXPECT_THAT(room.world.log_of(room.session), SizeIs(4));
  EXPECT_EQ(room.world.get("doctor", room.session)->participant_count, 2u);
}

TEST(JoinReopens, right_behind_an_end_that_is_on_its_way) {
  Room room(reopened_by(ReopeningConfig::By::joining));
  room.world.store.hold_commits();
  room.doctor->emit("end-session", session_json(room.session));
  room.run();
  room.patient->emit("join-session", session_json(room.session), 1);
  room.run();
  room.world.store.release_commits();
  room.run();
  EXPECT_THAT(room.patient->take(),
              ElementsAre(Contains("session-ended"), Contains("session-reopened"), Contains("431[{\"success\":true")));
  EXPECT_EQ(room.world.get("doctor", room.session)->row.status, SessionStatus::active);
}

TEST(JoinReopens, a_store_that_fails_is_a_verdict_and_nobody_enters) {
  EndedRoom room(ReopeningConfig::By::joining);
  room.doctor->disconnect();
  room.run();
  room.patient->take();
  auto doctor = room.world.connect("doctor", 0);
  room.world.store.fail_next({ErrorCode::store_full, "The store is full", {}});
  doctor->emit("join-session", session_json(room.session), 1);
  room.run();
  EXPECT_THAT(doctor->take(), ElementsAre(Contains("The store is full")));
  EXPECT_THAT(room.patient->take(), IsEmpty());
  EXPECT_EQ(room.world.get("patient", room.session)->participant_count, 1u);
}

}  // namespace
}  // namespace parley::test
