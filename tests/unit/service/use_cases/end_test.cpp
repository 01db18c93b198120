// Ending a session: the room hears it, nothing more is accepted, and each of several requests at once has its answer.
#include <gtest/gtest.h>

#include "unit/service/world.hpp"

namespace parley::test {
namespace {

using domain::SessionStatus;
using ::testing::ElementsAre;
using ::testing::SizeIs;

TEST(End, the_room_hears_it_and_nothing_more_is_accepted) {
  Room room;
  room.world.clock.advance(std::chrono::milliseconds(61'999));
  const auto ended = room.world.end("patient", room.session).value();
  EXPECT_EQ(ended.row.duration_seconds(), 61);
  const std::string event = "42[\"session-ended\",{\"sessionId\":\"" + room.session.to_string() + "\",\"endedBy\":\"" +
                            room.world.authenticator.users["patient"].id.to_string() + "\"}]";
  EXPECT_THAT(room.doctor->take(), ElementsAre(event));
  EXPECT_THAT(room.patient->take(), ElementsAre(event));
  EXPECT_EQ(room.world.end("doctor", room.session).error().message, "Session is already ended");
  EXPECT_EQ(room.world.start("doctor", room.session).error().message, "Session has already ended");
  EXPECT_EQ(room.world.send("doctor", room.session, "x").error().message, "Session has already ended");
  room.world.restart();
  EXPECT_EQ(room.world.get("doctor", room.session)->row.ended_at, ended.row.ended_at);
  EXPECT_EQ(room.world.end("doctor", room.session).error().message, "Session is already ended");
}

TEST(End, of_a_session_that_never_started_has_no_duration) {
  World world;
  const SessionId session = world.create();
  world.clock.advance(std::chrono::seconds(100));
  EXPECT_EQ(world.end("doctor", session)->row.duration_seconds(), 0);
}

TEST(End, over_a_socket_is_carried_out_though_the_socket_goes_at_once) {
  for (const std::size_t loop : {0, 1}) {
    Room room;
    auto leaving = room.world.connect("doctor", loop);
    leaving->emit("join-session", session_json(room.session));
    room.run();
    room.patient->take();
    leaving->emit("end-session", session_json(room.session));
    leaving->disconnect(protocol::socketio::DisconnectReason::client_namespace_disconnect);
    room.run();
    EXPECT_THAT(room.patient->take(), ElementsAre(Contains("session-ended"), Contains("\"reason\":\"client namespace disconnect\"")));
    EXPECT_EQ(room.world.get("patient", room.session)->row.status, SessionStatus::ended);
  }
}

TEST(End, refusals_over_a_socket_are_error_events) {
  World world;
  const SessionId session = world.create();
  auto doctor = world.connect("doctor");
  auto stranger = world.connect("stranger");
  const auto refusal = [&](Socket& socket, const std::string& json) {
    socket.emit("end-session", json);
    world.run();
    const auto received = socket.take();
    return received.size() == 1 ? received[0] : std::to_string(received.size()) + " packets";
  };
  EXPECT_EQ(refusal(*doctor, ""), "42[\"error\",{\"message\":\"Session not found\"}]");
  EXPECT_EQ(refusal(*doctor, "{\"sessionId\":[]}"), "42[\"error\",{\"message\":\"Session not found\"}]");
  EXPECT_EQ(refusal(*stranger, session_json(session)), "42[\"error\",{\"message\":\"Unauthorized access to session\"}]");
  doctor->emit("end-session", session_json(session), 4);
  world.run();
  EXPECT_THAT(doctor->take(), ElementsAre("434[{\"success\":true}]"));
  EXPECT_EQ(refusal(*doctor, session_json(session)), "42[\"error\",{\"message\":\"Session is already ended\"}]");
}

TEST(End, of_two_at_once_one_ends_and_the_other_hears_that_it_is_over) {
  World world;
  const SessionId session = world.create();
  world.store.hold_commits();
  auto [one, one_done] = expect_answer<domain::EndView>();
  auto [two, two_done] = expect_answer<domain::EndView>();
  world.service->end_session(*world.loops[0], world.caller("doctor"), field(session), std::move(one_done));
  world.service->end_session(*world.loops[0], world.caller("patient"), field(session), std::move(two_done));
  world.run();
  EXPECT_FALSE(two->has_value()) << "a refusal that rests on what is not durable waits";
  world.store.release_commits();
  world.run();
  EXPECT_TRUE((*one)->has_value());
  EXPECT_EQ((*two)->error().message, "Session is already ended");
}

TEST(End, a_join_behind_it_is_refused_and_one_before_it_hears_it) {
  World world;
  const SessionId session = world.create();
  world.send("doctor", session, "x").value();
  auto doctor = world.connect("doctor");
  auto patient = world.connect("patient");
  world.store.hold_commits();
  doctor->emit("join-session", session_json(session), 1);
  doctor->emit("end-session", session_json(session), 2);
  patient->emit("join-session", session_json(session), 3);
  world.run();
  world.store.release_commits();
  world.run();
  EXPECT_THAT(doctor->take(), ElementsAre(Contains("431[{\"success\":true"), Contains("432[{\"success\":true"), Contains("session-ended")));
  EXPECT_THAT(patient->take(), ElementsAre(Contains("433[{\"success\":false,\"error\":\"Session has already ended\"")));
  EXPECT_THAT(world.log_of(session), SizeIs(4));
}

}  // namespace
}  // namespace parley::test
