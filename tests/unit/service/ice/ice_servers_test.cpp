// ICE servers for clients: shared checks, rotation of the secret, changes by admins.
#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "service/ice/ice_servers.hpp"
#include "unit/service/world.hpp"

namespace parley::test {
namespace {

using namespace std::chrono_literals;
using service::IceHealth;
using service::IceServers;
using ::testing::SizeIs;

class Ice : public ::testing::Test {
 protected:
  explicit Ice(service::ServiceConfig config = with_turn()) : world(std::move(config)) {}
  static service::ServiceConfig with_turn() {
    auto config = World::unlimited();
    config.ice.turn_urls = {"turn:turn.example.org"};
    config.ice.turn_secret = "first secret";
    return config;
  }
  IceServers& servers() { return world.service->ice_servers(); }
  std::string credential() { return servers().issue().back().credential; }
  Answer<IceHealth> check(std::size_t loop = 0) {
    auto [answer, done] = expect_answer<IceHealth>();
    servers().check(*world.loops[loop], std::move(done));
    return answer;
  }
  Result<Timestamp> rotate() {
    auto [answer, done] = expect_answer<Timestamp>();
    servers().rotate(*world.loops[1], std::move(done));
    world.run();
    return std::move(**answer);
  }
  void read_from(std::function<Result<std::string>()> read) {
    world.read_turn_secret = std::move(read);
    world.restart();
  }
  void pass(std::chrono::milliseconds time) {
    world.clock.advance(time);
    world.loops[0]->advance(time);
    world.run();
  }

  World world;
};

TEST_F(Ice, clients_are_given_three_stun_servers_and_every_turn_server_with_credentials_for_a_day) {
  const auto given = servers().issue();
  ASSERT_THAT(given, SizeIs(4));
  EXPECT_EQ(given[2].url, "stun:stun2.l.google.com:19302");
  EXPECT_EQ(given[3].url, "turn:turn.example.org");
  EXPECT_EQ(given[3].username, std::to_string(ManualClock::start.time_since_epoch() / 1s + 86'400) + ":webrtc-user");
}

class StaticIce : public Ice {
 protected:
  static service::ServiceConfig with_static_turn() {
    auto config = with_turn();
    config.ice.turn_credentials = api::TurnCredentials::fixed;
    config.ice.turn_username = "clinic";
    config.ice.turn_secret = "password";
    return config;
  }
  StaticIce() : Ice(with_static_turn()) {}
};

TEST_F(StaticIce, clients_and_checks_are_given_the_static_pair_unchanged) {
  const auto given = servers().issue();
  ASSERT_THAT(given, SizeIs(4));
  EXPECT_EQ(given[3].username, "clinic");
  EXPECT_EQ(given[3].credential, "password");
  pass(48h);
  EXPECT_EQ(servers().issue()[3].username, "clinic");
  static_cast<void>(check());
  EXPECT_EQ(world.ice_checker.asked().back().username, "clinic");
  EXPECT_EQ(world.ice_checker.asked().back().credential, "password");
  world.ice_checker.answer();
}

TEST_F(StaticIce, a_rotation_reads_the_credential_again_and_an_admin_changes_the_pair) {
  read_from([] { return Result<std::string>("another password"); });
  rotate().value();
  EXPECT_EQ(credential(), "another password");
  ASSERT_TRUE(servers().change_turn({{}, "ward", "a third password"}).has_value());
  EXPECT_EQ(servers().issue().back().username, "ward");
  EXPECT_EQ(credential(), "a third password");
}

TEST_F(Ice, calls_that_come_while_a_check_runs_share_it) {
  const auto first = check(0);
  const auto second = check(1);
  const auto third = check(0);
  world.run();
  EXPECT_EQ(world.ice_checker.checks(), 1u);
  EXPECT_THAT(world.ice_checker.asked(), SizeIs(6)) << "five STUN, one TURN";
  EXPECT_FALSE(first->has_value());
  world.clock.advance(2s);
  world.ice_checker.answer();
  world.run();
  for (const auto& answer : {first, second, third}) {
    ASSERT_TRUE(answer->has_value());
    EXPECT_EQ((**answer)->healthy_servers(), 6u);
    EXPECT_EQ((**answer)->last_check, world.clock.now());
  }
  static_cast<void>(check());
  EXPECT_EQ(world.ice_checker.checks(), 2u) << "one that comes later is a new one";
  world.ice_checker.answer();
}

TEST_F(Ice, no_more_than_ice_checks_waiting_max_share_a_check) {
  std::vector<Answer<IceHealth>> waiting;
  for (std::size_t count = 0; count < limits::ice_checks_waiting_max; ++count) waiting.push_back(check());
  const auto refused = check();
  ASSERT_TRUE(refused->has_value());
  EXPECT_EQ((*refused)->error().code, ErrorCode::overloaded);
  world.ice_checker.answer();
  world.run();
  EXPECT_TRUE(waiting.back()->has_value());
}

TEST_F(Ice, a_server_that_is_configured_twice_is_asked_once_and_never_more_than_the_limit) {
  std::vector<std::string> urls(3, "turn:turn.example.org");
  for (std::size_t index = 0; urls.size() < limits::ice_servers_max; ++index) urls.push_back("turn:t" + std::to_string(index) + ".example");
  ASSERT_TRUE(servers().change_turn({urls, {}, {}}).has_value());
  static_cast<void>(check());
  EXPECT_THAT(world.ice_checker.asked(), SizeIs(limits::ice_servers_max));
  urls.push_back("turn:one.too.many");
  EXPECT_EQ(servers().change_turn({urls, {}, {}}).error().message, "Invalid configuration");
  world.ice_checker.answer();
}

TEST_F(Ice, a_rotation_reads_the_secret_again) {
  std::string secret = "first secret";
  read_from([&secret] { return Result<std::string>(secret); });
  const auto before = credential();
  secret = "second secret";
  EXPECT_EQ(credential(), before);
  world.clock.advance(10min);
  EXPECT_EQ(rotate().value(), world.clock.now());
  EXPECT_NE(credential(), before);
  EXPECT_EQ(servers().health().last_rotation, world.clock.now());
  EXPECT_EQ(servers().health().next_rotation, world.clock.now() + 24h);
}

TEST_F(Ice, a_rotation_comes_by_itself_when_it_was_said_to) {
  std::size_t reads = 0;
  read_from([&reads] { return Result<std::string>("secret " + std::to_string(++reads)); });
  world.service->start_upkeep();
  world.run();
  pass(23h);
  rotate().value();
  EXPECT_EQ(reads, 1u);
  pass(1h);  // the time of the rotation if no admin had rotated before
  EXPECT_EQ(reads, 1u);
  pass(23h);
  EXPECT_EQ(reads, 2u);
  EXPECT_EQ(servers().health().last_rotation, world.clock.now());
  pass(24h);
  EXPECT_EQ(reads, 3u);
}

TEST_F(Ice, a_secret_that_cannot_be_read_leaves_the_old_one_in_force_and_is_tried_again) {
  bool fails = true;
  read_from([&fails] { return fails ? Result<std::string>(refuse(ErrorCode::invalid_argument, "no such file")) : "second secret"; });
  const auto before = servers().health().last_rotation;
  const auto credentials = credential();
  world.service->start_upkeep();
  world.run();
  EXPECT_EQ(rotate().error().code, ErrorCode::internal);
  EXPECT_EQ(credential(), credentials);
  pass(24h);
  EXPECT_EQ(servers().health().last_rotation, before);
  fails = false;
  pass(limits::upkeep_retry_after);
  EXPECT_EQ(servers().health().last_rotation, world.clock.now());
}

TEST_F(Ice, a_secret_that_an_admin_gave_is_not_read_from_the_file_again) {
  read_from([] { return Result<std::string>("of the file"); });
  ASSERT_TRUE(servers().change_turn({{}, {}, "of an admin"}).has_value());
  const auto before = credential();
  EXPECT_TRUE(rotate().has_value());
  EXPECT_EQ(credential(), before);
}

TEST_F(Ice, a_join_gets_what_is_configured_now) {
  const SessionId session = world.create();
  auto doctor = world.connect("doctor");
  ASSERT_TRUE(servers().change_turn({std::vector<std::string>{"turn:other.example"}, "calls", {}}).has_value());
  doctor->emit("join-session", session_json(session), 1);
  world.run();
  EXPECT_THAT(doctor->take().front(), ::testing::AllOf(Contains("turn:other.example"), Contains(":calls\"")));
}

}  // namespace
}  // namespace parley::test
