// Signing out: durable before it is answered, effective at once, and the token's sockets are disconnected on every loop.
#include <gtest/gtest.h>

#include "unit/service/world.hpp"

namespace parley::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Close = protocol::socketio::Peer::Close;

class SignOut : public ::testing::Test {
 protected:
  Answer<service::SignedOut> start(const std::string& name) {
    auto [answer, done] = expect_answer<service::SignedOut>();
    world.service->sign_out(*world.loops[0], world.authenticator.authenticate(name)->token, std::move(done));
    return answer;
  }
  World world;
};

TEST_F(SignOut, cuts_the_sockets_of_the_token_and_no_others) {
  auto here = world.connect("doctor", 0);
  auto there = world.connect("doctor", 1);
  auto other = world.connect("patient", 1);
  const auto answer = start("doctor");
  world.run();
  ASSERT_TRUE(answer->has_value());
  EXPECT_TRUE((*answer)->has_value());
  EXPECT_THAT(here->peer->cut, ElementsAre(Close::transport));
  EXPECT_THAT(there->peer->cut, ElementsAre(Close::transport));
  EXPECT_THAT(other->peer->cut, IsEmpty());
  EXPECT_EQ(world.connect("doctor")->refusal, "Invalid authentication token");
}

TEST_F(SignOut, leaves_sockets_alone_that_have_gone) {
  auto gone = world.connect("doctor", 0);
  auto there = world.connect("doctor", 0);
  gone->disconnect();
  const auto answer = start("doctor");
  world.run();
  EXPECT_THAT(gone->peer->cut, IsEmpty());
  EXPECT_THAT(there->peer->cut, ElementsAre(Close::transport));
}

TEST_F(SignOut, is_neither_told_nor_in_force_before_it_is_durable) {
  auto socket = world.connect("doctor", 0);
  world.store.hold_commits();
  const auto answer = start("doctor");
  world.run();
  EXPECT_FALSE(answer->has_value());
  EXPECT_THAT(socket->peer->cut, IsEmpty());
  EXPECT_EQ(world.connect("doctor")->refusal, "");
  world.store.release_commits();
  world.run();
  EXPECT_TRUE(answer->has_value());
}

TEST_F(SignOut, that_could_not_be_kept_is_refused_and_changes_nothing) {
  auto socket = world.connect("doctor", 0);
  world.store.refuse_all({ErrorCode::store_failed, "The store has failed", {}});
  const auto answer = start("doctor");
  world.run();
  EXPECT_EQ((*answer)->error().code, ErrorCode::store_failed);
  EXPECT_THAT(socket->peer->cut, IsEmpty());
  EXPECT_EQ(world.connect("doctor")->refusal, "");
}

TEST_F(SignOut, is_remembered_by_the_store) {
  start("doctor");
  world.run();
  ASSERT_EQ(world.store.all_revocations()->size(), 1u);
  EXPECT_EQ(world.store.all_revocations()->front().token, sha256({std::string_view("doctor")}));
}

}  // namespace
}  // namespace parley::test
