// Reopening: its permissions, its effects, and one open session per pair under concurrent requests.
#include <gtest/gtest.h>

#include <random>

#include "base/limits.hpp"
#include "domain/extensions.hpp"
#include "unit/service/use_cases/reopen_fixture.hpp"

namespace parley::test {
namespace {

using namespace std::chrono_literals;
using domain::EntryKind;
using domain::EntryRange;
using domain::EntryView;
using domain::SessionStatus;
using domain::SessionView;
using service::ReopeningConfig;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

TEST(Reopen, the_session_is_active_and_the_room_hears_it) {
  EndedRoom room;
  const auto started = room.world.get("doctor", room.session)->row.started_at;
  room.world.clock.advance(1h);
  const auto reopened = room.world.reopen("doctor", room.session).value();
  EXPECT_EQ(reopened.row.status, SessionStatus::active);
  EXPECT_EQ(reopened.row.ended_at, std::nullopt);
  EXPECT_EQ(reopened.row.started_at, started);
  EXPECT_EQ(reopened.participant_count, 2u);
  EXPECT_EQ(reopened.users.front().email, "doctor@example.org");
  for (Socket* socket : {room.doctor.get(), room.patient.get()}) EXPECT_THAT(socket->take(), ElementsAre(room.reopened_event("doctor")));
  EXPECT_THAT(room.kinds(), ElementsAre(EntryKind::created, EntryKind::participant, EntryKind::ended, EntryKind::reopened));
  const auto last = room.world.log_of(room.session).back();
  EXPECT_EQ(last.core.sender, room.world.authenticator.users.at("doctor").id);
  EXPECT_EQ(last.core.sender_role.name, "doctor");
  EXPECT_EQ(*room.world.store.find_session(room.session), reopened.row);
}

TEST(Reopen, messages_and_signalling_go_on_and_what_was_said_is_there) {
  EndedRoom room;
  room.say(*room.doctor, "too late", "", 1);
  room.run();
  EXPECT_THAT(room.doctor->take().front(), Contains("Session has already ended"));
  room.world.reopen("doctor", room.session).value();
  room.doctor->take(), room.patient->take();
  room.say(*room.doctor, "still here", "", 2);
  room.patient->emit("webrtc-offer", "{\"sessionId\":\"" + room.session.to_string() + R"(","offer":{"type":"offer","sdp":"v=0"}})");
  room.run();
  EXPECT_THAT(room.doctor->take(), ::testing::Contains(Contains("webrtc-offer")));
  EXPECT_THAT(room.patient->take("chat-message"), ElementsAre(Contains("still here")));
  EXPECT_THAT(room.world.texts(room.session), ElementsAre("still here"));
}

TEST(Reopen, a_retry_of_a_message_of_before_the_end_is_the_same_success) {
  Room room;
  const auto first = room.world.send("patient", room.session, "once", "key").value();
  room.world.end("doctor", room.session).value();
  room.world.reopen("doctor", room.session).value();
  for (const bool anew : {false, true}) {
    if (anew) room.doctor.reset(), room.patient.reset(), room.world.restart();
    const auto again = room.world.send("patient", room.session, "once", "key").value();
    EXPECT_EQ(again.id, first.id);
    EXPECT_EQ(again.freshness, domain::MessageView::Freshness::duplicate);
  }
  EXPECT_THAT(room.world.texts(room.session), ElementsAre("once"));
}

TEST(Reopen, the_duration_is_the_sum_of_the_open_times) {
  EndedRoom room;  // the session was open for ten seconds
  room.world.clock.advance(1h);
  EXPECT_EQ(room.world.reopen("doctor", room.session)->row.duration_seconds(), 10);
  room.world.clock.advance(5s + 900ms);
  EXPECT_EQ(room.world.end("patient", room.session)->row.duration_seconds(), 15);
  room.world.clock.advance(1h);
  room.world.reopen("doctor", room.session).value();
  room.world.clock.advance(100ms);
  const auto ended = room.world.end("patient", room.session).value();
  EXPECT_EQ(ended.row.duration_seconds(), 16) << "what the seconds leave over is not lost";
  EXPECT_EQ(ended.row.ended_at, room.world.clock.now());
  room.doctor.reset(), room.patient.reset(), room.world.restart();
  EXPECT_EQ(room.world.get("doctor", room.session)->row, ended.row);
}

TEST(Reopen, a_session_that_nobody_joined_starts_then) {
  World world;
  const SessionId session = world.create();
  world.end("doctor", session).value();
  world.clock.advance(1h);
  const auto reopened = world.reopen("doctor", session).value();
  EXPECT_EQ(reopened.row.status, SessionStatus::active);
  EXPECT_EQ(reopened.row.started_at, world.clock.now());
  world.clock.advance(7s);
  EXPECT_EQ(world.end("doctor", session)->row.duration_seconds(), 7);
}

TEST(Reopen, refusals_come_in_their_order) {
  EndedRoom room;
  World& world = room.world;
  const auto unknown = *SessionId::parse("0b1e8a6e-9f3d-4c5a-8b7c-1d2e3f405162");
  EXPECT_EQ(world.reopen("admin", unknown).error().code, ErrorCode::not_found);
  EXPECT_EQ(text_of(world.reopen("doctor", unknown)), "Session not found");
  EXPECT_EQ(text_of(world.reopen("stranger", room.session)), "Unauthorized access to session");
  EXPECT_EQ(text_of(world.reopen("patient", room.session)), "Only the creator of a session can reopen it");
  EXPECT_EQ(world.reopen("patient", room.session).error().code, ErrorCode::forbidden);
  EXPECT_EQ(text_of(world.reopen("doctor", room.session)), "reopened");
  EXPECT_EQ(text_of(world.reopen("patient", room.session)), "Only the creator of a session can reopen it");
  EXPECT_EQ(text_of(world.reopen("doctor", room.session)), "Session is not ended");
  EXPECT_EQ(world.reopen("doctor", room.session).error().code, ErrorCode::invalid_argument);
  EXPECT_THAT(world.log_of(room.session), SizeIs(4));
}

TEST(Reopen, an_admin_may_and_stands_in_the_log_as_one) {
  EndedRoom room;
  EXPECT_EQ(text_of(room.world.reopen("admin", room.session)), "reopened");
  const auto last = room.world.log_of(room.session).back();
  EXPECT_EQ(last.core.sender, room.world.authenticator.users.at("admin").id);
  EXPECT_EQ(last.core.sender_role.name, "admin");
  EXPECT_THAT(room.patient->take(), ElementsAre(room.reopened_event("admin")));
}

TEST(Reopen, where_it_is_off_nobody_may) {
  EndedRoom room(ReopeningConfig::By::nobody);
  EXPECT_EQ(text_of(room.world.reopen("stranger", room.session)), "Unauthorized access to session");
  for (const std::string name : {"doctor", "admin"}) {
    EXPECT_EQ(text_of(room.world.reopen(name, room.session)), "Sessions cannot be reopened on this server") << name;
    EXPECT_EQ(room.world.reopen(name, room.session).error().code, ErrorCode::forbidden);
  }
  EXPECT_EQ(text_of(room.world.start("doctor", room.session)), "Session has already ended");
}

TEST(Reopen, over_a_socket_the_ack_says_it_all) {
  EndedRoom room;
  const std::string json = session_json(room.session);
  room.patient->emit("reopen-session", json, 1);
  room.run();
  EXPECT_THAT(room.patient->take(), ElementsAre("431[{\"success\":false,\"error\":\"Only the creator of a session can reopen it\","
                                                "\"code\":\"forbidden\"}]"));
  for (const std::string nonsense : {"", "{}", "null", "{\"sessionId\":{\"$gt\":\"\"}}", "[]"}) {
    room.doctor->emit("reopen-session", nonsense, 2);
    room.run();
    EXPECT_THAT(room.doctor->take(), ElementsAre(Contains("Session not found"))) << nonsense;
  }
  room.doctor->emit("reopen-session", json, 3);
  room.run();
  const auto heard = room.doctor->take();
  ASSERT_THAT(heard, SizeIs(2));
  EXPECT_THAT(heard, ::testing::Contains(AllOf(Contains("433[{\"success\":true,\"session\":{\"sessionId\":\"" + room.session.to_string()),
                                               Contains("\"status\":\"active\""), Contains("startedAt"), Not(Contains("endedAt")),
                                               Contains("\"doctorId\":\"" + room.user("doctor")))));
  EXPECT_THAT(heard, ::testing::Contains(room.reopened_event("doctor")));
  EXPECT_THAT(room.patient->take(), ElementsAre(room.reopened_event("doctor")));
  room.doctor->emit("reopen-session", json);  // no ack is requested
  room.run();
  EXPECT_THAT(room.doctor->take(), IsEmpty());
}

TEST(Reopen, of_too_many_by_one_user_the_next_waits) {
  auto config = World::unlimited();
  config.rates.reopening = 2;
  World world(config);
  const SessionId session = world.create();
  const auto again = [&](const std::string& name) {
    world.end("patient", session).value();
    return world.reopen(name, session);
  };
  EXPECT_EQ(text_of(again("doctor")), "reopened");
  EXPECT_EQ(text_of(again("doctor")), "reopened");
  const auto refused = again("doctor");
  EXPECT_EQ(refused.error().code, ErrorCode::rate_limited);
  EXPECT_EQ(refused.error().message, "Rate limit exceeded for reopenings");
  EXPECT_GT(refused.error().retry_after_ms, 0);
  EXPECT_EQ(text_of(world.reopen("admin", session)), "reopened") << "each has a window of their own";
  world.end("patient", session).value();
  world.clock.advance(limits::rate_window);
  EXPECT_EQ(text_of(world.reopen("doctor", session)), "reopened");
}

TEST(Reopen, the_log_by_position_says_who) {
  EndedRoom room;
  room.world.reopen("doctor", room.session).value();
  const auto entries = room.world.entries("patient", room.session, EntryRange{.after = {}, .before = {}, .limit = 100}).value();
  ASSERT_THAT(entries.entries, SizeIs(4));
  EXPECT_EQ(entries.entries.back().kind, EntryKind::reopened);
  EXPECT_EQ(std::get<EntryView::Reopened>(entries.entries.back().content).reopened_by, room.world.authenticator.users.at("doctor").id);
}

TEST(Reopen, a_resume_shows_it_and_the_room_is_live_again) {
  EndedRoom room;
  room.world.reopen("doctor", room.session).value();
  auto late = room.world.connect("patient", 0);
  late->emit("join-session", "{\"sessionId\":\"" + room.session.to_string() + "\",\"after\":2}", 1);
  room.run();
  EXPECT_THAT(late->take(),
              ElementsAre(AllOf(Contains("431[{\"success\":true"), Contains("\"kind\":\"ended\""), Contains("\"kind\":\"reopened\""),
                                Contains("\"reopenedBy\":\"" + room.user("doctor") + "\""))));
  room.say(*room.doctor, "hello again");
  room.run();
  EXPECT_THAT(late->take(), ElementsAre(Contains("hello again")));
}

// One open session per pair

TEST(ReopenOfAPair, that_has_another_open_session_is_refused_and_names_it) {
  EndedRoom room;
  const SessionId other = room.world.create();
  const auto refused = room.world.reopen("doctor", room.session);
  EXPECT_EQ(refused.error().code, ErrorCode::already_exists);
  EXPECT_EQ(refused.error().message, "Active session already exists");
  EXPECT_EQ(refused.error().detail, other.to_string());
  room.doctor->take();
  room.doctor->emit("reopen-session", session_json(room.session), 1);
  room.run();
  EXPECT_THAT(room.doctor->take(),
              ElementsAre("431[{\"success\":false,\"error\":\"Active session already exists\",\"code\":\"already_exists\","
                          "\"sessionId\":\"" +
                          other.to_string() + "\"}]"));
  room.world.end("patient", other).value();
  EXPECT_EQ(text_of(room.world.reopen("doctor", room.session)), "reopened");
  EXPECT_EQ(room.world.reopen("doctor", other).error().detail, room.session.to_string());
  const auto create = room.world.start_creating();
  room.run();
  EXPECT_EQ((*create)->error().detail, room.session.to_string());
}

TEST(ReopenOfAPair, another_pair_is_not_in_the_way) {
  EndedRoom room;
  room.world.create("doctor", "stranger");
  EXPECT_EQ(text_of(room.world.reopen("doctor", room.session)), "reopened");
}

// Creates and reopenings of one pair, on both loops and in random order. Never more than one open session, and each request has a verdict.
TEST(ReopenOfAPair, whatever_comes_at_once_one_session_is_open) {
  for (std::uint32_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    World world;
    std::vector<SessionId> sessions;
    for (int count = 0; count < 3; ++count) {
      sessions.push_back(world.create());
      world.end("doctor", sessions.back()).value();
    }
    if (seed % 2 == 0) world.restart();
    std::vector<Answer<SessionView>> answers;
    const auto begin = [&] {
      const std::size_t loop = random() % 2;
      const auto which = random() % 4;
      answers.push_back(which == 3 ? world.start_creating("doctor", "patient", loop)
                                   : world.start_reopening(random() % 2 == 0 ? "doctor" : "admin", sessions[which], loop));
    };
    if (random() % 2 == 0) world.store.hold_commits();
    for (int count = 0; count < 12; ++count) {
      begin();
      for (auto steps = random() % 6; steps > 0; --steps) {
        const auto who = random() % 3;
        static_cast<void>(who == 2 ? world.worker.run_one() : world.loops[who]->run_one());
      }
      if (random() % 8 == 0) world.store.fail_next({ErrorCode::store_full, "Injected", {}});
    }
    world.store.release_commits();
    world.run();
    world.store.fail_no_more();
    std::size_t done = 0;
    for (const auto& answer : answers) {
      ASSERT_TRUE(answer->has_value()) << "no verdict";
      done += (*answer)->has_value() ? 1 : 0;
    }
    const auto open = world.store.open_sessions_of(world.authenticator.users.at("doctor").id, std::nullopt, 1000).value().sessions;
    EXPECT_LE(done, 1u);
    EXPECT_EQ(open.size(), done);
    // All requests of the pair are finished, so the next one must not wait.
    for (const auto& row : open) world.end("doctor", row.id).value();
    EXPECT_EQ(text_of(world.reopen("doctor", sessions[0])), "reopened");
  }
}

TEST(ReopenOfAPair, more_turns_than_may_wait_are_refused_as_overload) {
  EndedRoom room;
  room.world.store.hold_reads();
  std::vector<Answer<SessionView>> creates;
  for (std::size_t count = 0; count < limits::pair_turns_waiting_max; ++count) creates.push_back(room.world.start_creating());
  room.run();
  const auto refused = room.world.start_reopening("doctor", room.session);
  room.run();
  ASSERT_TRUE(refused->has_value());
  EXPECT_EQ((*refused)->error().code, ErrorCode::overloaded);
  room.world.store.release_reads();
  room.run();
  for (const auto& create : creates) EXPECT_TRUE(create->has_value());
}

// Failures

TEST(ReopenFails, as_the_store_does_and_can_be_tried_again) {
  EndedRoom room;
  World& world = room.world;
  world.store.fail_next({ErrorCode::store_failed, "The store failed", {}});
  EXPECT_EQ(world.reopen("doctor", room.session).error().code, ErrorCode::store_failed);
  world.store.fail_reads({ErrorCode::store_failed, "The store failed", {}});
  EXPECT_EQ(world.reopen("doctor", room.session).error().code, ErrorCode::store_failed);
  world.store.mend_reads();
  world.store.refuse_read_jobs(true);
  EXPECT_EQ(world.reopen("doctor", room.session).error().code, ErrorCode::overloaded);
  world.store.refuse_read_jobs(false);
  EXPECT_EQ(world.get("doctor", room.session)->row.status, SessionStatus::ended);
  EXPECT_THAT(room.patient->take(), IsEmpty());
  EXPECT_EQ(text_of(world.reopen("doctor", room.session)), "reopened");
  EXPECT_THAT(room.patient->take(), ElementsAre(room.reopened_event("doctor")));
}

TEST(ReopenFails, with_an_outcome_that_is_unknown_and_the_log_decides) {
  for (const auto fate : {ModelStore::Fate::stored, ModelStore::Fate::late, ModelStore::Fate::lost}) {
    EndedRoom room;
    room.world.store.unknown_next(fate);
    EXPECT_EQ(room.world.reopen("doctor", room.session).error().code, ErrorCode::outcome_unknown);
    room.world.store.look_for_unknown();
    room.run();
    const bool is_lost = fate == ModelStore::Fate::lost;
    EXPECT_THAT(room.patient->take(), SizeIs(is_lost ? 0u : 1u));
    EXPECT_EQ(text_of(room.world.reopen("doctor", room.session)), is_lost ? "reopened" : "Session is not ended");
  }
}

TEST(ReopenFails, another_server_was_faster) {
  for (const bool hidden : {false, true}) {
    EndedRoom room;
    room.world.log.hides_tails = hidden;
    auto row = **room.world.store.find_session(room.session);
    row.reopen(room.world.clock.now());
    domain::Draft draft = room.world.text_of("doctor", "");
    draft.kind = EntryKind::reopened;
    room.world.intrude(room.session, draft, row);
    EXPECT_EQ(text_of(room.world.reopen("doctor", room.session)), "Session is not ended");
    EXPECT_THAT(room.patient->take(), ElementsAre(room.reopened_event("doctor"))) << "of the other server";
    EXPECT_EQ(room.world.get("doctor", room.session)->row, row);
    room.say(*room.patient, "go on", "", 1);
    room.run();
    EXPECT_THAT(room.patient->take(), ::testing::Contains(Contains("431[{\"success\":true")));
  }
}

}  // namespace
}  // namespace parley::test
