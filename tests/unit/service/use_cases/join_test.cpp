// Joining and starting a session, the places of a socket in rooms, and leaving.
#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "domain/extensions.hpp"
#include "unit/service/world.hpp"

namespace parley::test {
namespace {

using domain::SessionStatus;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

TEST(Join, shows_the_session_as_it_was_before) {
  World world;
  const SessionId session = world.create();
  auto doctor = world.connect("doctor");
  auto patient = world.connect("patient", 1);
  doctor->emit("join-session", session_json(session), 1);
  world.run();
  EXPECT_THAT(doctor->take(), ElementsAre(AllOf(Contains("431[{\"success\":true,\"session\":{"), Contains("\"status\":\"created\""),
                                                Contains("\"participantCount\":0"), Not(Contains("startedAt")),
                                                Contains("\"iceServers\":[{\"urls\":\"stun:stun.l.google.com:19302\"}"),
                                                Contains("\"participants\":[{\"userId\":\""))));
  patient->emit("join-session", session_json(session), 1);
  world.run();
  EXPECT_THAT(patient->take(),
              ElementsAre(AllOf(Contains("\"status\":\"active\""), Contains("\"participantCount\":1"), Contains("startedAt"))));
  EXPECT_THAT(doctor->take(), ElementsAre("42[\"user-joined\",{\"userId\":\"" + world.authenticator.users["patient"].id.to_string() +
                                          "\",\"userRole\":\"patient\",\"userEmail\":\"patient@example.org\"}]"));
  EXPECT_EQ(world.get("doctor", session)->participant_count, 2u);
}

TEST(Join, counts_the_other_sockets_of_the_room_by_user) {
  World world;
  const SessionId session = world.create();
  const auto join = [&](Socket& socket) {
    socket.emit("join-session", session_json(session), 1);
    world.run();
    return socket.take().back();
  };
  const auto sockets_of = [&](const std::string& name, int count) {
    return "{\"userId\":\"" + world.authenticator.users[name].id.to_string() + "\",\"role\":\"" + name +
           "\",\"sockets\":" + std::to_string(count) + "}";
  };
  auto first = world.connect("doctor");
  EXPECT_THAT(join(*first), ::testing::HasSubstr("\"members\":[]"));
  auto second = world.connect("doctor", 1);
  EXPECT_THAT(join(*second), ::testing::HasSubstr("\"members\":[" + sockets_of("doctor", 1) + "]"));
  auto patient = world.connect("patient");
  EXPECT_THAT(join(*patient), ::testing::HasSubstr("\"members\":[" + sockets_of("doctor", 2) + "]"));
  EXPECT_THAT(join(*first),
              ::testing::HasSubstr("\"members\":[" + sockets_of("doctor", 1) + "," + sockets_of("patient", 1) + "]"));  // joined before
  second->disconnect();
  patient->disconnect();
  world.run();
  EXPECT_THAT(join(*first), ::testing::HasSubstr("\"members\":[]"));
}

TEST(Join, the_first_one_is_an_entry_and_starts_the_session_once) {
  World world;
  const SessionId session = world.create();
  world.clock.advance(std::chrono::seconds(5));
  auto doctor = world.connect("doctor");
  doctor->emit("join-session", session_json(session));
  world.run();
  const auto started = world.get("doctor", session)->row.started_at;
  EXPECT_EQ(started, ManualClock::start + std::chrono::seconds(5));
  const auto log = world.log_of(session);
  ASSERT_THAT(log, SizeIs(2));
  EXPECT_EQ(domain::read_participant_change(log[1].core)->kind, domain::ParticipantChangeKind::first_join);
  EXPECT_EQ(domain::read_participant_change(log[1].core)->participant.role.name, "doctor");

  world.clock.advance(std::chrono::seconds(5));
  auto patient = world.connect("patient");
  patient->emit("join-session", session_json(session));
  doctor->disconnect();
  world.run();
  world.start("doctor", session).value();
  EXPECT_EQ(world.get("doctor", session)->row.started_at, started);
  EXPECT_THAT(world.log_of(session), SizeIs(2));
}

TEST(Join, a_repeated_join_changes_nothing_and_tells_no_one) {
  Room room;
  room.doctor->emit("join-session", session_json(room.session), 9);
  room.run();
  EXPECT_THAT(room.doctor->take(), ElementsAre(Contains("439[{\"success\":true")));
  EXPECT_THAT(room.patient->take(), IsEmpty());
  EXPECT_EQ(room.world.get("doctor", room.session)->participant_count, 2u);
}

TEST(Join, two_at_once_are_two_joins_and_one_start) {
  World world;
  const SessionId session = world.create();
  auto doctor = world.connect("doctor", 0);
  auto patient = world.connect("patient", 1);
  world.store.hold_commits();
  doctor->emit("join-session", session_json(session), 1);
  patient->emit("join-session", session_json(session), 1);
  world.run();
  world.store.release_commits();
  world.run();
  EXPECT_THAT(world.log_of(session), SizeIs(2));
  EXPECT_EQ(world.get("doctor", session)->participant_count, 2u);
}

TEST(Join, refusals_are_those_of_the_contract) {
  World world;
  const SessionId session = world.create();
  auto doctor = world.connect("doctor");
  auto stranger = world.connect("stranger", 1);
  auto admin = world.connect("admin");
  const auto refusal = [&](Socket& socket, const std::string& json) {
    socket.emit("join-session", json, 1);
    world.run();
    const auto received = socket.take();
    return received.size() == 1 ? received[0] : std::to_string(received.size()) + " packets";
  };
  for (const std::string json : {"", "{}", "null", "{\"sessionId\":{\"$gt\":\"\"}}", "{\"sessionId\":5}",
                                 "{\"sessionId\":\"0b1e8a6e-9f3d-4c5a-8b7c-1d2e3f405162\"}"}) {
    EXPECT_EQ(refusal(*doctor, json), "431[{\"success\":false,\"error\":\"Session not found\",\"code\":\"not_found\"}]") << json;
  }
  for (Socket* socket : {stranger.get(), admin.get()}) {
    EXPECT_EQ(refusal(*socket, session_json(session)),
              "431[{\"success\":false,\"error\":\"Unauthorized access to session\",\"code\":\"forbidden\"}]");
  }
  world.end("doctor", session).value();
  EXPECT_EQ(refusal(*doctor, session_json(session)),
            "431[{\"success\":false,\"error\":\"Session has already ended\",\"code\":\"session_ended\"}]");
  EXPECT_EQ(world.service->counts().members_joined, 0u);
}

TEST(Join, of_more_rooms_than_one_socket_may_enter_is_refused) {
  World world;
  auto doctor = world.connect("doctor");
  for (std::size_t count = 0; count <= limits::joined_sessions_max; ++count) {
    const std::string name = "p" + std::to_string(count);
    world.introduce(name, "patient");
    doctor->emit("join-session", session_json(world.create("doctor", name)), count);
    world.run();
    const auto ack = doctor->take();
    EXPECT_THAT(ack.back(), Contains(count < limits::joined_sessions_max ? "\"success\":true" : "Too many sessions joined")) << count;
  }
}

TEST(Start, makes_a_session_active_without_entering_the_room) {
  World world;
  const SessionId session = world.create();
  const auto started = world.start("patient", session).value();
  EXPECT_EQ(started.row.status, SessionStatus::active);
  EXPECT_TRUE(started.row.started_at.has_value());
  EXPECT_EQ(started.participant_count, 0u);
  EXPECT_EQ(world.start("patient", session)->row, started.row) << "repeatable";
  EXPECT_EQ(world.start("stranger", session).error().message, "Unauthorized access to session");
  EXPECT_EQ(world.start("doctor", SessionId()).error().message, "Session not found");
}

/// A doctor whose socket has joined the maximum number of sessions, each with a patient of its own.
struct FullHouse {
  explicit FullHouse(service::ServiceConfig config = World::unlimited()) : world(std::move(config)), doctor(world.connect("doctor")) {
    while (sessions.size() < limits::joined_sessions_max) {
      sessions.push_back(create());
      EXPECT_THAT(join(sessions.back()), Contains("\"success\":true"));
    }
  }
  SessionId create() {
    const std::string name = "p" + std::to_string(patients++);
    world.introduce(name, "patient");
    return world.create("doctor", name);
  }
  std::string join(const SessionId& session) {
    doctor->take();
    doctor->emit("join-session", session_json(session), 1);
    world.run();
    const auto received = doctor->take();
    return received.empty() ? "" : received.front();
  }
  /// Ends the session as another server or other software would.
  void end_elsewhere(const SessionId& session) {
    auto row = **world.store.find_session(session);
    row.end(world.clock.now());
    domain::Draft draft;
    draft.kind = domain::EntryKind::ended;
    world.intrude(session, std::move(draft), row);
    world.store.announce(row.number);
    world.run();
  }
  void end_all_stale() {
    world.clock.advance(std::chrono::hours(1));
    auto [swept, done] = expect_answer<service::SweepResult>();
    world.service->clean_up(*world.loops[1], world.caller("admin"), world.clock.now(), std::move(done));
    world.run();
    EXPECT_GE((*swept)->value().ended, limits::joined_sessions_max);  // and the sessions that it could not join
  }

  World world;
  std::unique_ptr<Socket> doctor;
  std::vector<SessionId> sessions;
  std::size_t patients = 0;
};

TEST(Places, a_socket_that_joins_and_ends_sessions_can_always_join_the_next) {
  World world;
  auto doctor = world.connect("doctor");
  for (std::size_t count = 0; count < 3 * limits::joined_sessions_max; ++count) {
    const SessionId session = world.create();
    doctor->emit("join-session", session_json(session), 1);
    doctor->emit("end-session", session_json(session), 2);
    world.run();
    EXPECT_THAT(doctor->take().front(), Contains("431[{\"success\":true")) << count;
  }
  EXPECT_EQ(world.service->counts().members_joined, limits::joined_sessions_max);
  doctor->disconnect();
  world.run();
  EXPECT_EQ(world.service->counts().members_joined, 0u);
  EXPECT_EQ(world.service->counts().sessions_joined, 0u);
}

TEST(Places, an_ended_session_gives_its_place_back_however_it_ended) {
  FullHouse house;
  const auto ended_by = [&](const char* who, auto end, std::size_t places = 1) {
    EXPECT_THAT(house.join(house.create()), Contains("Too many sessions joined")) << who;
    end();
    for (std::size_t place = 0; place < places; ++place)
      EXPECT_THAT(house.join(house.create()), Contains("\"success\":true")) << who << place;
    EXPECT_THAT(house.join(house.create()), Contains("Too many sessions joined")) << who;
  };
  ended_by("the socket itself", [&] { house.doctor->emit("end-session", session_json(house.sessions[0])), house.world.run(); });
  ended_by("the other over REST", [&] { house.world.end("p1", house.sessions[1]).value(); });
  ended_by("the other over a socket", [&] {
    auto patient = house.world.connect("p2", 1);
    patient->emit("end-session", session_json(house.sessions[2]));
    house.world.run();
  });
  ended_by("another server", [&] { house.end_elsewhere(house.sessions[3]); });
  house.end_all_stale();
  for (std::size_t place = 0; place < limits::joined_sessions_max; ++place)
    EXPECT_THAT(house.join(house.create()), Contains("\"success\":true")) << "after a sweep, " << place;
  EXPECT_THAT(house.join(house.create()), Contains("Too many sessions joined"));
}

TEST(Places, an_ended_session_keeps_its_room_until_its_place_is_needed) {
  FullHouse house;
  auto patient = house.world.connect("p0", 1);
  patient->emit("join-session", session_json(house.sessions[0]));
  house.world.run();
  house.world.end("doctor", house.sessions[0]).value();
  house.world.reopen("doctor", house.sessions[0]).value();
  EXPECT_THAT(house.doctor->take("session-reopened"), SizeIs(1));
  EXPECT_THAT(house.join(house.create()), Contains("Too many sessions joined")) << "it is open again";
  house.world.end("doctor", house.sessions[0]).value();
  patient->take();
  EXPECT_THAT(house.join(house.create()), Contains("\"success\":true"));
  EXPECT_THAT(patient->take(), IsEmpty()) << "the socket is still there, so nobody is told that it left";
  house.world.reopen("doctor", house.sessions[0]).value();
  EXPECT_THAT(house.doctor->take("session-reopened"), IsEmpty());
  EXPECT_THAT(patient->take("session-reopened"), SizeIs(1));
  EXPECT_EQ(house.world.get("doctor", house.sessions[0])->participant_count, 1u);
}

TEST(Places, a_room_whose_session_is_reopened_before_it_is_left_is_kept) {
  FullHouse house;
  const SessionId next = house.create();
  house.world.end("doctor", house.sessions[0]).value();
  house.world.store.hold_commits();
  const auto reopened = house.world.start_reopening("doctor", house.sessions[0]);
  house.world.run();
  house.doctor->take();
  house.doctor->emit("join-session", session_json(next), 7);
  house.world.run();
  house.world.store.release_commits();
  house.world.run();
  ASSERT_TRUE((*reopened)->has_value());
  EXPECT_THAT(house.doctor->take("session-reopened"), SizeIs(1));
  house.world.send("p0", house.sessions[0], "still heard").value();
  EXPECT_THAT(house.doctor->take("chat-message"), SizeIs(1));
  EXPECT_THAT(house.join(house.create()), Contains("Too many sessions joined"));
}

TEST(Leave, the_others_of_every_room_hear_it) {
  World world;
  world.introduce("other", "patient");
  const SessionId first = world.create("doctor", "patient");
  const SessionId second = world.create("doctor", "other");
  auto doctor = world.connect("doctor", 0);
  auto patient = world.connect("patient", 1);
  auto other = world.connect("other", 0);
  doctor->emit("join-session", session_json(first));
  doctor->emit("join-session", session_json(second));
  patient->emit("join-session", session_json(first));
  other->emit("join-session", session_json(second));
  world.run();
  patient->take(), other->take();
  doctor->disconnect(protocol::socketio::DisconnectReason::ping_timeout);
  world.run();
  const std::string left = "42[\"user-left\",{\"userId\":\"" + world.authenticator.users["doctor"].id.to_string() +
                           "\",\"userRole\":\"doctor\",\"reason\":\"ping timeout\"}]";
  EXPECT_THAT(patient->take(), ElementsAre(left));
  EXPECT_THAT(other->take(), ElementsAre(left));
  EXPECT_EQ(world.get("doctor", first)->participant_count, 1u);
  EXPECT_EQ(world.service->counts().members_joined, 2u);
}

TEST(Leave, a_join_that_is_still_under_way_enters_nothing) {
  for (const bool loaded : {true, false}) {
    World world;
    const SessionId session = world.create();
    if (!loaded) world.restart();
    auto patient = world.connect("patient", 1);
    patient->emit("join-session", session_json(session));
    world.run();
    patient->take();
    world.store.hold_commits();
    auto doctor = world.connect("doctor", 0);
    doctor->emit("join-session", session_json(session), 1);
    doctor->disconnect();
    world.run();
    world.store.release_commits();
    world.run();
    EXPECT_EQ(world.get("patient", session)->participant_count, 1u);
    EXPECT_EQ(world.service->counts().members_joined, 1u);
    EXPECT_EQ(world.service->counts().connections, 1u);
  }
}

TEST(Leave, of_a_session_that_was_never_joined_loads_nothing) {
  World world;
  const SessionId session = world.create();
  world.restart();
  auto stranger = world.connect("stranger");
  stranger->emit("join-session", session_json(session), 1);
  stranger->disconnect();
  world.run();
  EXPECT_EQ(world.service->counts().members_joined, 0u);
}

}  // namespace
}  // namespace parley::test
