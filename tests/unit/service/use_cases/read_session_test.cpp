// The open sessions of a user, and the users that answers show.
#include <gtest/gtest.h>

#include "unit/service/world.hpp"

namespace parley::test {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

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
