// Sessions: created, joined, left, ended. Checks the events of each step and its permissions.
#include <gtest/gtest.h>

#include "domain/created.hpp"
#include "domain/extensions.hpp"
#include "unit/service/world.hpp"

namespace parley::test {
namespace {

using domain::SessionStatus;
using domain::SessionView;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

class Create : public ::testing::Test {
 protected:
  Result<SessionView> create(const std::string& name, TextField patient, TextField appointment = {}) {
    auto [answer, done] = expect_answer<SessionView>();
    world.service->create_session(*world.loops[1], world.caller(name), {std::move(patient), std::move(appointment)}, std::move(done));
    world.run();
    return std::move(**answer);
  }
  TextField id_of(const std::string& name) { return text_field(world.authenticator.users.at(name).id.to_string()); }

  World world;
};

TEST_F(Create, a_session_begins_with_its_row_in_its_log) {
  const auto created = create("doctor", id_of("patient"), text_field("507f1f77bcf86cd799439011")).value();
  EXPECT_EQ(created.row.status, SessionStatus::created);
  EXPECT_EQ(created.participant_count, 0u);
  EXPECT_EQ(created.row.appointment->to_string(), "507f1f77bcf86cd799439011");
  EXPECT_EQ(created.users.front().email, "doctor@example.org");
  const auto log = world.log_of(created.row.id);
  ASSERT_THAT(log, SizeIs(1));
  EXPECT_EQ(log[0].core.id, created.row.object_id);
  EXPECT_EQ(*domain::read_created_row(log[0]), **world.store.find_session(created.row.id));
  EXPECT_NE(created.row.secret, Secret32{});
}

TEST_F(Create, refusals_come_in_their_order) {
  const auto refused = [&](const std::string& name, TextField patient, TextField appointment = {}) {
    const auto result = create(name, std::move(patient), std::move(appointment));
    return result ? "created" : result.error().message;
  };
  world.service->remember_user(world.authenticator.users.at("stranger"));
  world.service->remember_user(world.authenticator.users.at("admin"));
  const TextField not_text{TextField::State::not_text, {}};
  EXPECT_EQ(refused("patient", {}), "Only doctors can create sessions");
  EXPECT_EQ(refused("admin", id_of("patient")), "Only doctors can create sessions");
  EXPECT_EQ(refused("doctor", {}), "Patient ID is required");
  EXPECT_EQ(refused("doctor", not_text), "Invalid patient ID");
  EXPECT_EQ(refused("doctor", text_field("two\nlines")), "Invalid patient ID");
  EXPECT_EQ(refused("doctor", id_of("admin"), not_text), "Invalid patient ID") << "known under another role";
  EXPECT_EQ(refused("doctor", id_of("patient"), not_text), "Invalid appointment ID");
  EXPECT_EQ(refused("doctor", id_of("patient"), text_field("nonsense")), "Invalid appointment ID");
  EXPECT_EQ(refused("doctor", text_field("507f1f77bcf86cd799439099")), "created") << "a patient never seen is allowed";
  EXPECT_EQ(refused("doctor", id_of("stranger")), "created");
}

TEST_F(Create, a_role_known_to_the_directory_counts_after_a_restart) {
  world.service->remember_user(world.authenticator.users.at("admin"));
  world.create();  // also commits the directory
  world.restart();
  EXPECT_EQ(create("doctor", id_of("admin")).error().message, "Invalid patient ID");
}

TEST_F(Create, a_pair_has_one_open_session) {
  const auto first = create("doctor", id_of("patient")).value();
  const auto second = create("doctor", id_of("patient"));
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code, ErrorCode::already_exists);
  EXPECT_EQ(second.error().message, "Active session already exists");
  EXPECT_EQ(second.error().detail, first.row.id.to_string());
  world.restart();
  EXPECT_EQ(create("doctor", id_of("patient")).error().code, ErrorCode::already_exists);
  world.end("doctor", first.row.id).value();
  EXPECT_NE(create("doctor", id_of("patient"))->row.id, first.row.id);
}

TEST_F(Create, of_simultaneous_creates_exactly_one_wins) {
  world.store.hold_commits();
  std::vector<Answer<SessionView>> answers;
  for (std::size_t count = 0; count < 6; ++count) {
    auto [answer, done] = expect_answer<SessionView>();
    world.service->create_session(*world.loops[count % 2], world.caller("doctor"), {id_of("patient"), {}}, std::move(done));
    answers.push_back(answer);
  }
  world.run();
  world.store.release_commits();
  world.run();
  std::string winner;
  int won = 0;
  for (const auto& answer : answers) {
    ASSERT_TRUE(answer->has_value());
    if ((*answer)->has_value()) ++won, winner = (*answer)->value().row.id.to_string();
  }
  EXPECT_EQ(won, 1);
  for (const auto& answer : answers) {
    if (!(*answer)->has_value()) {
      EXPECT_EQ((*answer)->error().detail, winner);
    }
  }
}

TEST_F(Create, the_next_in_line_gets_its_chance_when_the_first_fails) {
  world.store.hold_commits();
  std::vector<Answer<SessionView>> answers;
  for (int count = 0; count < 2; ++count) {
    auto [answer, done] = expect_answer<SessionView>();
    world.service->create_session(*world.loops[0], world.caller("doctor"), {id_of("patient"), {}}, std::move(done));
    answers.push_back(answer);
  }
  world.run();
  world.store.fail_next({ErrorCode::store_full, "The store is full", {}});
  world.store.release_commits();
  world.run();
  EXPECT_EQ((*answers[0])->error().code, ErrorCode::store_full);
  EXPECT_TRUE((*answers[1])->has_value());
  EXPECT_EQ(world.service->counts().sessions_loaded, 1u) << "the one that did not come to be is forgotten";
}

TEST_F(Create, every_loss_of_the_store_is_a_verdict) {
  world.store.fail_reads({ErrorCode::store_failed, "The store failed", {}});
  EXPECT_EQ(create("doctor", id_of("patient")).error().code, ErrorCode::store_failed);
  world.store.mend_reads();
  world.store.refuse_read_jobs(true);
  EXPECT_EQ(create("doctor", id_of("patient")).error().code, ErrorCode::overloaded);
  world.store.refuse_read_jobs(false);
  world.store.unknown_next(ModelStore::Fate::stored);
  EXPECT_EQ(create("doctor", id_of("patient")).error().code, ErrorCode::outcome_unknown);
  EXPECT_EQ(create("doctor", id_of("patient")).error().code, ErrorCode::already_exists) << "it was stored after all";
}

/// Limits a doctor to `limit` attempts to create in limits::session_create_window. Everything else is unlimited.
service::ServiceConfig creations_limited_to(std::uint32_t limit) {
  auto config = World::unlimited();
  config.rates.creation = limit;
  return config;
}

std::string too_many_creations(int seconds) {
  return "\"error\":\"Too many session creation attempts, please wait.\",\"code\":\"rate_limited\",\"retryAfter\":" +
         std::to_string(seconds);
}

TEST(CreateRate, counts_the_attempts_of_a_user_over_every_transport) {
  World world(creations_limited_to(3));
  world.introduce("other doctor", "doctor");
  const std::string patient = "{\"patientId\":\"" + world.authenticator.users["patient"].id.to_string() + "\"}";
  auto one = world.connect("doctor", 0);
  auto two = world.connect("doctor", 1, "198.51.100.7");
  const auto create = [&](Socket& socket, const std::string& json) {
    socket.emit("create-session", json, 1);
    world.run();
    return socket.take().back();
  };
  EXPECT_THAT(create(*one, patient), Contains("\"success\":true"));
  EXPECT_THAT(create(*two, "{}"), Contains("Patient ID is required")) << "an attempt, too";
  const auto third = world.start_creating("doctor", "patient", 1);
  world.run();
  EXPECT_EQ((*third)->error().message, "Active session already exists");
  world.clock.advance(std::chrono::seconds(100));
  EXPECT_THAT(create(*one, patient), Contains(too_many_creations(200)));
  EXPECT_THAT(create(*two, patient), Contains(too_many_creations(200)));
  const auto by_rest = world.start_creating("doctor", "patient", 1);
  world.run();
  EXPECT_EQ((*by_rest)->error().code, ErrorCode::rate_limited);
  EXPECT_EQ((*by_rest)->error().retry_after_ms, 200'000);
  auto nobody = world.connect("patient");
  EXPECT_THAT(create(*nobody, patient), Contains("Only doctors can create sessions"));
  EXPECT_THAT(create(*world.connect("other doctor"), patient), Contains("\"success\":true")) << "users count apart";
  one->disconnect(), two->disconnect();
  EXPECT_THAT(create(*world.connect("doctor"), patient), Contains(too_many_creations(200))) << "the window survives a disconnect";
  EXPECT_EQ(world.service->counts().refused_rate_limited, 4u);
  world.clock.advance(limits::session_create_window - std::chrono::seconds(100));
  EXPECT_THAT(create(*world.connect("doctor"), patient), Contains("Active session already exists"));
}

/// Expects that `event` is refused from the third one on.
void expect_two_in_a_minute(World& world, const std::string& event, const std::string& json, const std::string& refusal) {
  auto one = world.connect("doctor", 0);
  auto two = world.connect("doctor", 1);
  const auto emit = [&](Socket& socket) {
    socket.take();
    socket.emit(event, json, 1);
    world.run();
    return socket.take().front();
  };
  EXPECT_THAT(emit(*one), Not(Contains("rate_limited")));
  EXPECT_THAT(emit(*two), Not(Contains("rate_limited")));
  const std::string refused = "431[{\"success\":false,\"error\":\"" + refusal + "\",\"code\":\"rate_limited\",\"retryAfter\":60}]";
  EXPECT_EQ(emit(*one), refused);
  EXPECT_EQ(emit(*two), refused);
  EXPECT_THAT(emit(*world.connect("patient")), Not(Contains("rate_limited"))) << "users count apart";
  world.clock.advance(limits::rate_window);
  EXPECT_THAT(emit(*one), Not(Contains("rate_limited")));
}

TEST(EventRate, of_joins_entries_and_ends_is_that_of_the_user) {
  auto config = World::unlimited();
  config.rates.join_session = config.rates.entries = config.rates.end_session = 2;
  World world(config);
  const std::string json = session_json(world.create());
  expect_two_in_a_minute(world, "join-session", json, "Rate limit exceeded for joins");
  expect_two_in_a_minute(world, "entries", json, "Rate limit exceeded for entries");
  expect_two_in_a_minute(world, "end-session", json, "Rate limit exceeded for ended sessions");
}

TEST(EventRate, of_ends_is_told_as_an_error_event_too) {
  auto config = World::unlimited();
  config.rates.end_session = 1;
  World world(config);
  auto doctor = world.connect("doctor");
  for (int count = 0; count < 2; ++count) doctor->emit("end-session", session_json(world.create()));
  world.run();
  EXPECT_THAT(doctor->take(), ElementsAre("42[\"error\",{\"message\":\"Rate limit exceeded for ended sessions\"}]"));
}

TEST(EventRate, is_never_met_by_clients_that_come_back_and_walk_a_long_log) {
  const service::EventRates rates;
  constexpr std::uint32_t sockets = limits::connections_per_user_max;
  EXPECT_GE(rates.join_session, 5 * sockets * limits::joined_sessions_max) << "each socket joins all its sessions, five times a minute";
  EXPECT_GE(rates.entries, sockets * 20'000 / limits::socket_entries_max) << "each socket walks a log of 20,000 entries";
  EXPECT_GE(rates.end_session, 5 * sockets);
}

TEST_F(Create, over_a_socket_the_ack_says_it_all) {
  auto doctor = world.connect("doctor", 1);
  const std::string json = "{\"patientId\":\"" + id_of("patient").value + "\"}";
  doctor->emit("create-session", json, 1);
  world.run();
  const auto ack = doctor->take();
  ASSERT_THAT(ack, SizeIs(1));
  EXPECT_THAT(ack[0], AllOf(Contains("431[{\"success\":true,\"session\":{\"sessionId\":\""), Contains("\"status\":\"created\""),
                            Contains("\"doctorId\":\"5000"), Contains("\"participantCount\":0")));
  const std::string id = ack[0].substr(ack[0].find("sessionId\":\"") + 12, 36);
  doctor->emit("create-session", json, 2);
  world.run();
  EXPECT_THAT(doctor->take(), ElementsAre("432[{\"success\":false,\"error\":\"Active session already exists\",\"code\":\"already_exists\","
                                          "\"sessionId\":\"" +
                                          id + "\"}]"));
  auto patient = world.connect("patient");
  patient->emit("create-session", json, 3);
  world.run();
  EXPECT_THAT(patient->take(), ElementsAre(Contains("Only doctors can create sessions")));
  doctor->emit("create-session", "", std::nullopt);
  world.run();
  EXPECT_THAT(doctor->take(), IsEmpty());
}

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

TEST(Sessions, the_open_ones_of_a_user_are_listed_newest_first_with_their_people) {
  World world;
  std::vector<SessionId> created;
  for (const char* name : {"a", "b", "c"}) {
    world.introduce(name, "patient");
    world.clock.advance(std::chrono::seconds(1));
    created.push_back(world.create("doctor", name));
  }
  auto doctor = world.connect("doctor", 1);
  doctor->emit("join-session", session_json(created[0]));
  world.run();
  world.end("doctor", created[1]).value();
  const auto list = [&](const std::string& name) {
    auto [answer, done] = expect_answer<service::OpenSessionsList>();
    world.service->active_sessions(*world.loops[0], world.caller(name), std::nullopt, std::move(done));
    world.run();
    return (*answer)->value().sessions;
  };
  const auto sessions = list("doctor");
  ASSERT_THAT(sessions, SizeIs(2));
  EXPECT_EQ(sessions[0].row.id, created[2]);
  EXPECT_EQ(sessions[1].row.id, created[0]);
  EXPECT_EQ(sessions[0].participant_count, 0u);
  EXPECT_EQ(sessions[1].participant_count, 1u);
  EXPECT_EQ(sessions[1].users.front().name, "doctor");
  EXPECT_THAT(list("stranger"), IsEmpty());

  world.store.fail_reads({ErrorCode::store_failed, "The store failed", {}});
  auto [answer, done] = expect_answer<service::OpenSessionsList>();
  world.service->active_sessions(*world.loops[0], world.caller("doctor"), std::nullopt, std::move(done));
  world.run();
  EXPECT_EQ((*answer)->error().code, ErrorCode::store_failed);
}

TEST(Sessions, users_are_filled_from_the_newest_token) {
  World world;
  const SessionId session = world.create();
  User patient = world.authenticator.users["patient"];
  EXPECT_EQ(world.get("doctor", session)->users[1].name, "") << "never seen: the id alone";
  world.service->remember_user(patient);
  EXPECT_EQ(world.get("doctor", session)->users[1].name, "patient");
  patient.name = "Pat";
  world.service->remember_user(patient);
  EXPECT_EQ(world.get("doctor", session)->users[1].name, "Pat");
  world.send("doctor", session, "commit").value();
  world.restart();
  EXPECT_EQ(world.get("doctor", session)->users[1].name, "Pat") << "and the directory keeps it";
}

}  // namespace
}  // namespace parley::test
