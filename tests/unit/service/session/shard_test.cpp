// Sessions in memory: which are kept, which are unloaded, and which requests leave nothing in memory. Also draining.
#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "service/memory/stored_text.hpp"
#include "unit/service/world.hpp"

namespace parley::test {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

service::ServiceConfig keeping(std::size_t sessions) {
  auto config = World::unlimited();
  config.sessions_loaded_max = sessions;
  return config;
}

TEST(Shard, the_least_recently_used_session_goes_first) {
  World world(keeping(2), 1);
  std::vector<SessionId> sessions;
  for (const char* name : {"a", "b", "c"}) {
    world.introduce(name, "patient");
    sessions.push_back(world.create("doctor", name));
    world.send("doctor", sessions.back(), name, "key").value();
  }
  EXPECT_EQ(world.service->counts().sessions_loaded, 2u);
  for (int round = 0; round < 3; ++round) {
    for (std::size_t index = 0; index < sessions.size(); ++index) {
      EXPECT_THAT(world.texts(sessions[index]), SizeIs(1)) << "what was let go is loaded again";
      EXPECT_EQ(world.service->counts().sessions_loaded, 2u);
    }
  }
  EXPECT_EQ(world.send("doctor", sessions[0], "a", "key")->freshness, domain::MessageView::Freshness::duplicate);
}

TEST(Shard, sessions_go_when_their_texts_are_too_many) {
  auto config = World::unlimited();
  config.texts_loaded_bytes_max = 6 * (sizeof(service::StoredText) + 32);
  World world(config, 1);
  std::vector<SessionId> sessions;
  for (const char* name : {"a", "b", "c", "d"}) {
    world.introduce(name, "patient");
    sessions.push_back(world.create("doctor", name));
    for (int count = 0; count < 5; ++count) world.send("doctor", sessions.back(), "text").value();
  }
  EXPECT_EQ(world.service->counts().sessions_loaded, 2u) << "what waits for a third is more than six texts";
  for (const SessionId& session : sessions) EXPECT_THAT(world.texts(session), SizeIs(5));
  EXPECT_LE(world.service->counts().sessions_loaded, 2u);
}

TEST(Shard, a_few_long_texts_weigh_as_much_as_many_short_ones) {
  auto config = World::unlimited();
  config.texts_loaded_bytes_max = 30 * (sizeof(service::StoredText) + 32);
  World world(config, 1);
  for (const char* name : {"a", "b", "c", "d"}) {
    world.introduce(name, "patient");
    const SessionId session = world.create("doctor", name);
    for (int count = 0; count < 5; ++count) world.send("doctor", session, std::string(1000, 'x')).value();
  }
  EXPECT_EQ(world.service->counts().sessions_loaded, 2u) << "ten long texts take more room than thirty short ones";
}

TEST(Shard, joined_and_busy_sessions_stay) {
  World world(keeping(1), 1);
  for (const char* name : {"a", "b", "c"}) world.introduce(name, "patient");
  const SessionId joined = world.create("doctor", "a");
  auto doctor = world.connect("doctor");
  doctor->emit("join-session", session_json(joined));
  world.run();
  const SessionId busy = world.create("doctor", "b");
  world.store.hold_commits();
  const auto sent = world.start_send("doctor", busy, "in flight");
  world.run();
  doctor->take();
  world.get("doctor", joined).value();
  world.store.release_commits();
  world.create("doctor", "c");
  EXPECT_TRUE((*sent)->has_value());
  world.send("a", joined, "hello").value();
  EXPECT_THAT(doctor->take(), ElementsAre(Contains("hello"))) << "the room was kept";
  EXPECT_EQ(world.get("doctor", joined)->participant_count, 1u);
  doctor->disconnect();
  world.run();
  EXPECT_LE(world.service->counts().sessions_loaded, 2u);
}

TEST(Shard, ids_that_do_not_exist_leave_nothing_behind) {
  World world;
  auto stranger = world.connect("stranger");
  for (std::uint8_t count = 0; count < 100; ++count) {
    const SessionId unknown = SessionId::from_random({count});
    stranger->emit("join-session", session_json(unknown), 1);
    stranger->emit("chat-message", message_json(unknown, "x"), 2);
    stranger->emit("webrtc-offer", session_json(unknown));
    world.start_send("stranger", unknown, "x");
  }
  world.run();
  EXPECT_EQ(world.service->counts().sessions_loaded, 0u);
  EXPECT_EQ(stranger->take().size(), 400u);  // per id: an ack, an ack and an error, and an error
}

TEST(Shard, calls_that_wait_for_loading_share_one_read) {
  World world;
  const SessionId session = world.create();
  world.restart();
  world.store.hold_reads();
  std::vector<Answer<domain::MessageView>> sends;
  for (int count = 0; count < 50; ++count) sends.push_back(world.start_send("doctor", session, std::to_string(count), "", count % 2));
  world.run();
  EXPECT_EQ(world.store.reads_waiting(), 1u);
  world.store.release_reads();
  world.run();
  for (const auto& send : sends) EXPECT_TRUE(send->has_value() && (*send)->has_value());
}

TEST(Shard, more_calls_than_may_wait_are_refused_and_the_others_are_served) {
  for (const bool loaded : {true, false}) {
    World world;
    const SessionId session = world.create();
    if (!loaded) world.restart();
    world.store.hold_commits();
    if (!loaded) world.store.hold_reads();
    std::vector<Answer<domain::MessageView>> sends;
    for (std::size_t count = 0; count <= limits::session_steps_max; ++count) sends.push_back(world.start_send("doctor", session, "x"));
    world.run();
    EXPECT_FALSE(sends.front()->has_value());
    ASSERT_TRUE(sends.back()->has_value());
    EXPECT_EQ((*sends.back())->error().code, ErrorCode::overloaded);
    EXPECT_GT((*sends.back())->error().retry_after_ms, 0);
    EXPECT_EQ(world.service->counts().refused_overloaded, 1u);
    world.store.release_reads();
    world.store.release_commits();
    world.run();
    EXPECT_EQ(world.stats("doctor", session)->total_messages, limits::session_steps_max);
  }
}

TEST(Shard, more_text_than_may_wait_is_refused_and_the_rest_is_served) {
  auto config = World::unlimited();
  config.message_length_max = limits::message_utf16_units_max;
  const std::string text(limits::message_utf16_units_max, 'x');
  const std::size_t fitting = limits::session_steps_bytes_max / text.size();
  for (const bool loaded : {true, false}) {
    World world(config);
    const SessionId session = world.create();
    if (!loaded) world.restart();
    world.store.hold_commits();
    if (!loaded) world.store.hold_reads();
    std::vector<Answer<domain::MessageView>> sends;
    for (std::size_t count = 0; count <= fitting; ++count) sends.push_back(world.start_send("doctor", session, text));
    world.run();
    EXPECT_FALSE(sends[fitting - 1]->has_value());
    ASSERT_TRUE(sends.back()->has_value());
    EXPECT_EQ((*sends.back())->error().code, ErrorCode::overloaded);
    world.store.release_reads();
    world.store.release_commits();
    world.run();
    EXPECT_EQ(world.stats("doctor", session)->total_messages, fitting);
    EXPECT_TRUE(world.send("doctor", session, text).has_value()) << "there is room again";
  }
}

TEST(Drain, waits_for_what_is_in_flight_and_refuses_what_is_new) {
  Room room;
  room.world.store.hold_commits();
  const auto accepted = room.world.start_send("doctor", room.session, "accepted");
  room.run();
  bool drained = false;
  room.world.service->drain(*room.world.loops[0], [&] { drained = true; });
  const auto late = room.world.start_send("doctor", room.session, "late");
  room.run();
  EXPECT_FALSE(drained);
  EXPECT_FALSE(late->has_value()) << "its refusal keeps its place";
  room.world.store.release_commits();
  room.run();
  EXPECT_TRUE(drained);
  EXPECT_TRUE((*accepted)->has_value());
  EXPECT_EQ((*late)->error().code, ErrorCode::overloaded);
  EXPECT_THAT(room.world.texts(room.session), ElementsAre("accepted")) << "reads go on";
  EXPECT_EQ(room.world.end("doctor", room.session).error().code, ErrorCode::overloaded);
}

TEST(Drain, of_an_idle_service_is_over_at_once) {
  World world;
  bool drained = false;
  world.service->drain(*world.loops[1], [&] { drained = true; });
  world.run();
  EXPECT_TRUE(drained);
}

}  // namespace
}  // namespace parley::test
