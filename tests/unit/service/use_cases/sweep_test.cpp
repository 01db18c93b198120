// Stale sessions: which ones are ended and by which user, the event in their rooms, and the size limit of each portion.
#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "unit/service/world.hpp"

namespace parley::test {
namespace {

using namespace std::chrono_literals;
using domain::EntryKind;
using domain::SessionStatus;
using service::SweepResult;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class Sweep : public ::testing::Test {
 protected:
  Result<SweepResult> clean_up(Timestamp created_before, const std::string& name = "admin") {
    auto [answer, done] = expect_answer<SweepResult>();
    world.service->clean_up(*world.loops[1], world.caller(name), created_before, std::move(done));
    world.run();
    EXPECT_TRUE(answer->has_value()) << "no answer";
    return std::move(**answer);
  }
  /// Advances the time and fires the timers.
  void pass(std::chrono::milliseconds time) {
    world.clock.advance(time);
    world.loops[0]->advance(time);
    world.run();
  }
  std::vector<SessionId> create_many(std::size_t count) {
    std::vector<SessionId> sessions;
    for (std::size_t index = 0; index < count; ++index) {
      const std::string patient = "patient-" + std::to_string(index);
      User user = world.introduce(patient, "patient");
      user.id = *UserId::parse(patient);
      world.authenticator.users[patient] = user;
      sessions.push_back(world.create("doctor", patient));
    }
    return sessions;
  }
  SessionStatus status_of(const SessionId& session) { return (*world.store.find_session(session))->status; }

  World world;
};

TEST_F(Sweep, only_an_admin_may_ask_for_one) {
  const SessionId session = world.create();
  pass(1h);
  for (const std::string name : {"doctor", "patient", "stranger"}) {
    const auto refused = clean_up(world.clock.now(), name);
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, ErrorCode::forbidden);
    EXPECT_EQ(refused.error().message, "Admin access required");
  }
  EXPECT_EQ(status_of(session), SessionStatus::created);
}

TEST_F(Sweep, an_admin_ends_what_was_created_before_a_time_and_stands_in_the_log) {
  const SessionId old_one = world.create();
  const SessionId old_active_one = world.create("doctor", "stranger");
  world.start("doctor", old_active_one).value();
  pass(2h);
  const Timestamp between = world.clock.now();
  const SessionId young = create_many(1).front();
  pass(90s);

  EXPECT_EQ(clean_up(between)->ended, 2u);
  EXPECT_EQ(status_of(young), SessionStatus::created);
  const auto ended = **world.store.find_session(old_active_one);
  EXPECT_EQ(ended.status, SessionStatus::ended);
  EXPECT_EQ(ended.ended_at, world.clock.now());
  EXPECT_EQ(ended.duration_seconds(), 2 * 3600 + 90);
  EXPECT_EQ((*world.store.find_session(old_one))->duration_seconds(), 0) << "it never started";
  const auto last = world.log_of(old_active_one).back();
  EXPECT_EQ(last.core.kind, EntryKind::ended);
  EXPECT_EQ(last.core.sender, world.authenticator.users.at("admin").id);
  EXPECT_EQ(last.core.sender_role.name, "admin");
  EXPECT_EQ(clean_up(between)->ended, 0u) << "what has ended is not ended again";
}

TEST_F(Sweep, of_a_reopened_session_the_last_reopening_counts) {
  const SessionId session = world.create();
  world.start("doctor", session).value();
  pass(48h);
  world.end("doctor", session).value();
  pass(1h);
  world.reopen("doctor", session).value();
  const Timestamp reopened_at = world.clock.now();
  pass(1h);
  for (const bool anew : {false, true}) {
    if (anew) world.restart();
    EXPECT_EQ(clean_up(reopened_at)->ended, 0u);
    EXPECT_EQ(status_of(session), SessionStatus::active);
  }
  EXPECT_EQ(clean_up(reopened_at + 1ms)->ended, 1u);
  EXPECT_EQ((*world.store.find_session(session))->duration_seconds(), 49 * 3600);
}

TEST_F(Sweep, the_room_hears_it_once_it_is_durable) {
  Room room;
  world.run();
  room.world.store.hold_commits();
  auto [answer, done] = expect_answer<SweepResult>();
  room.world.clock.advance(1h);
  room.world.service->clean_up(*room.world.loops[0], room.world.caller("admin"), room.world.clock.now(), std::move(done));
  room.run();
  EXPECT_THAT(room.doctor->take(), IsEmpty());
  EXPECT_FALSE(answer->has_value());
  room.world.store.release_commits();
  room.run();
  const std::string expected = R"(42["session-ended",{"sessionId":")" + room.session.to_string() + R"(","endedBy":")" +
                               room.world.authenticator.users.at("admin").id.to_string() + R"("}])";
  EXPECT_THAT(room.doctor->take(), ElementsAre(expected));
  EXPECT_THAT(room.patient->take(), ElementsAre(expected));
  EXPECT_EQ((*answer)->value().ended, 1u);
}

TEST_F(Sweep, any_number_is_ended_in_portions_of_sweep_sessions_max) {
  const auto sessions = create_many(3 * limits::sweep_sessions_max + 1);
  pass(1h);
  world.store.hold_commits();
  auto [answer, done] = expect_answer<SweepResult>();
  world.service->clean_up(*world.loops[0], world.caller("admin"), world.clock.now(), std::move(done));
  std::size_t portions = 0;
  for (world.run(); world.store.waiting() > 0; world.run(), ++portions) {
    EXPECT_LE(world.store.waiting(), limits::sweep_sessions_max);
    world.store.release_commits();
    // Runs one round of commits and holds again. The next portion must not begin before the outcomes of this one arrive.
    while (world.store.waiting() > 0) world.worker.run_one();
    world.store.hold_commits();
  }
  EXPECT_EQ(portions, 4u);
  ASSERT_TRUE(answer->has_value());
  EXPECT_EQ((*answer)->value().ended, sessions.size());
  for (const SessionId& session : sessions) ASSERT_EQ(status_of(session), SessionStatus::ended);
}

TEST_F(Sweep, what_was_swept_does_not_stay_in_memory_unless_somebody_is_joined) {
  create_many(20);
  world.restart();
  pass(1h);
  EXPECT_EQ(clean_up(world.clock.now())->ended, 20u);
  EXPECT_EQ(world.service->counts().sessions_loaded, 0u);
}

TEST_F(Sweep, a_session_that_ends_while_it_is_being_swept_is_not_counted) {
  const SessionId session = world.create();
  pass(1h);
  world.store.hold_commits();
  auto [ended, end_done] = expect_answer<domain::EndView>();
  world.service->end_session(*world.loops[0], world.caller("doctor"), field(session), std::move(end_done));
  auto [swept, sweep_done] = expect_answer<SweepResult>();
  world.service->clean_up(*world.loops[0], world.caller("admin"), world.clock.now(), std::move(sweep_done));
  world.run();
  world.store.release_commits();
  world.run();
  EXPECT_TRUE((*ended)->has_value());
  EXPECT_EQ((*swept)->value().ended, 0u);
  EXPECT_THAT(world.log_of(session), SizeIs(2));
}

TEST_F(Sweep, a_damaged_session_is_left_and_the_others_are_ended) {
  const auto sessions = create_many(3);
  world.store.corrupt(world.number_of(sessions[1]), 1);
  world.restart();
  pass(1h);
  const auto swept = clean_up(world.clock.now());
  ASSERT_TRUE(swept.has_value()) << swept.error().message;
  EXPECT_EQ(swept->ended, 2u);
  EXPECT_EQ(swept->left, 1u);
}

TEST_F(Sweep, a_store_that_takes_nothing_is_an_error_not_a_count) {
  create_many(2);
  pass(1h);
  world.store.refuse_all({ErrorCode::store_failed, "The store takes no entries until restart", {}});
  EXPECT_EQ(clean_up(world.clock.now()).error().code, ErrorCode::store_failed);
  world.store.accept();
  world.store.refuse_read_jobs(true);
  EXPECT_EQ(clean_up(world.clock.now()).error().code, ErrorCode::overloaded);
  world.store.refuse_read_jobs(false);
  EXPECT_EQ(clean_up(world.clock.now())->ended, 2u);
}

class Upkeep : public Sweep {
 protected:
  Upkeep() { world.service->start_upkeep(); }
};

TEST_F(Upkeep, ends_sessions_nobody_joined_after_two_hours_and_active_ones_a_day_after_their_start) {
  const SessionId unstarted = world.create();
  const SessionId active = world.create("doctor", "stranger");
  pass(30min);
  world.start("doctor", active).value();
  pass(90min - 10s);  // a sweep runs ten seconds after every half hour
  EXPECT_EQ(status_of(unstarted), SessionStatus::created);
  for (int sweeps = 0; sweeps < 2; ++sweeps) pass(30min);
  EXPECT_EQ(status_of(unstarted), SessionStatus::ended);
  EXPECT_EQ(status_of(active), SessionStatus::active);
  for (int sweeps = 0; sweeps < 47; ++sweeps) pass(30min);
  EXPECT_EQ(status_of(active), SessionStatus::ended);

  const auto last = world.log_of(active).back();
  EXPECT_EQ(last.core.kind, EntryKind::ended);
  EXPECT_EQ(last.core.sender, UserId{}) << "the server itself";
  EXPECT_EQ(last.core.sender_role.name, "");
  EXPECT_GE((*world.store.find_session(active))->duration_seconds(), 24 * 3600);
  EXPECT_LE((*world.store.find_session(active))->duration_seconds(), 24 * 3600 + 30 * 60);
}

TEST_F(Upkeep, ends_a_reopened_session_a_day_after_its_last_reopening) {
  const SessionId session = world.create();
  world.start("doctor", session).value();
  for (int sweeps = 0; sweeps < 49; ++sweeps) pass(30min);
  EXPECT_EQ(status_of(session), SessionStatus::ended);
  world.reopen("doctor", session).value();
  for (int sweeps = 0; sweeps < 47; ++sweeps) pass(30min);
  EXPECT_EQ(status_of(session), SessionStatus::active);
  for (int sweeps = 0; sweeps < 2; ++sweeps) pass(30min);
  EXPECT_EQ(status_of(session), SessionStatus::ended);
}

TEST_F(Upkeep, a_joined_room_hears_that_the_server_ended_its_session) {
  auto doctor = world.connect("doctor");
  const SessionId session = world.create();
  doctor->emit("join-session", session_json(session));
  world.run();
  doctor->take();
  for (int sweeps = 0; sweeps < 50; ++sweeps) pass(30min);
  EXPECT_THAT(doctor->take("session-ended"),
              ElementsAre(R"(42["session-ended",{"sessionId":")" + session.to_string() + R"(","endedBy":"000000000000000000000000"}])"));
}

TEST_F(Upkeep, sweeps_shortly_after_the_start_too) {
  const SessionId session = world.create();
  world.restart();
  world.clock.advance(3h);
  world.service->start_upkeep();
  world.run();
  pass(limits::upkeep_first_delay - 1ms);
  EXPECT_EQ(status_of(session), SessionStatus::created);
  pass(1ms);
  EXPECT_EQ(status_of(session), SessionStatus::ended);
}

class ClockJump : public Upkeep {
 protected:
  /// Restarts the process while the time of day is ahead by this much.
  void restart_ahead(std::chrono::milliseconds by) {
    world.restart();
    world.clock.set_ahead(by);
    world.service->start_upkeep();
    world.run();
    pass(limits::upkeep_first_delay);
  }
  /// Lets a running process see each minute.
  void pass_minutes(std::chrono::minutes time) {
    for (; time.count() > 0; --time) pass(1min);
  }
  SessionId start_session() {
    const SessionId session = world.create();
    world.start("doctor", session).value();
    return session;
  }
};

TEST_F(ClockJump, a_day_ahead_at_a_start_ends_no_session_and_neither_does_the_correction) {
  const SessionId session = start_session();
  const SessionId unstarted = world.create("doctor", "stranger");
  for (const auto ahead : {24h, 0h, 24h * 365, -24h * 365, 0h}) {
    restart_ahead(ahead);
    EXPECT_EQ(status_of(session), SessionStatus::active) << ahead.count();
    EXPECT_EQ(status_of(unstarted), SessionStatus::created) << ahead.count();
  }
  pass_minutes(119min);
  EXPECT_EQ(status_of(unstarted), SessionStatus::created);
  pass_minutes(2min);
  EXPECT_EQ(status_of(unstarted), SessionStatus::ended) << "its age is certain again";
  EXPECT_EQ(status_of(session), SessionStatus::active);
  pass_minutes(22h);
  EXPECT_EQ(status_of(session), SessionStatus::ended);
}

TEST_F(ClockJump, while_the_server_runs_ends_no_session_before_its_age_has_passed_again) {
  const SessionId session = start_session();
  pass_minutes(30min);
  world.clock.set_ahead(24h);
  pass_minutes(90min);
  EXPECT_EQ(status_of(session), SessionStatus::active);
  world.restart();
  world.service->start_upkeep();
  world.run();
  pass_minutes(20h);
  EXPECT_EQ(status_of(session), SessionStatus::active) << "the next process knows of the jump";
  pass_minutes(3h);
  EXPECT_EQ(status_of(session), SessionStatus::ended);
}

TEST_F(ClockJump, a_clock_that_is_set_right_in_small_steps_is_even) {
  const SessionId unstarted = world.create();
  for (int step = 1; step <= 150; ++step) {
    world.clock.set_ahead(step * 1s);
    pass(1min);
  }
  EXPECT_EQ(status_of(unstarted), SessionStatus::ended);
}

TEST_F(ClockJump, a_server_that_was_away_for_less_than_a_day_ends_what_became_stale) {
  const SessionId session = start_session();
  pass_minutes(90min);
  world.restart();
  world.clock.advance(limits::clock_gap_max);
  world.service->start_upkeep();
  world.run();
  pass(limits::upkeep_first_delay);
  EXPECT_EQ(status_of(session), SessionStatus::ended);
}

TEST_F(Upkeep, goes_on_after_a_sweep_that_failed) {
  const SessionId session = world.create();
  world.clock.advance(3h);
  world.store.fail_reads({ErrorCode::store_failed, "no", {}});
  pass(limits::upkeep_first_delay);
  world.store.mend_reads();
  EXPECT_EQ(status_of(session), SessionStatus::created);
  pass(limits::upkeep_retry_after);
  EXPECT_EQ(status_of(session), SessionStatus::ended);
}

TEST(UpkeepOff, zero_turns_it_off_as_a_whole_or_by_its_ground) {
  auto config = World::unlimited();
  config.upkeep.interval = 0min;
  World never(config);
  never.service->start_upkeep();
  const SessionId kept = never.create();
  never.clock.advance(1000h);
  never.loops[0]->advance(1h);
  never.run();
  EXPECT_EQ((*never.store.find_session(kept))->status, SessionStatus::created);

  config.upkeep = {.interval = 30min, .unstarted_age = 0min, .active_age = 60min};
  World world(config);
  world.service->start_upkeep();
  const SessionId unstarted = world.create();
  const SessionId active = world.create("doctor", "stranger");
  world.start("doctor", active).value();
  for (int sweeps = 0; sweeps < 10; ++sweeps) {
    world.clock.advance(30min);
    world.loops[0]->advance(30min);
    world.run();
  }
  EXPECT_EQ((*world.store.find_session(unstarted))->status, SessionStatus::created);
  EXPECT_EQ((*world.store.find_session(active))->status, SessionStatus::ended);
}

}  // namespace
}  // namespace parley::test
