// Identity from the user store (docs/api-contract.md §1.2): role, e-mail and name come from the store, never from the token. No loop waits
// for the store, and the data of a user is reused for a limited time.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "unit/service/users/directory_fixture.hpp"

namespace parley::test {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;
using Close = protocol::socketio::Peer::Close;

TEST_F(FromDirectory, the_store_says_who_a_user_is_and_not_the_token) {
  world.authenticator.users["doctor"].role = {"patient"};  // the role in the token
  give_role("doctor", "doctor");
  change("patient", [](User& user) { user.email = "new@example.org"; });
  auto doctor = connected("doctor");
  EXPECT_THAT(answer_to_create(*doctor), Contains("\"success\":true"));
  const SessionId session = active_sessions()->front().row.id;
  doctor->emit("join-session", session_json(session), 2);
  world.run();
  doctor->take();
  auto patient = connected("patient", 1);
  patient->emit("join-session", session_json(session), 1);
  world.run();
  EXPECT_THAT(doctor->take("user-joined").front(), Contains("\"userEmail\":\"new@example.org\""));
}

TEST_F(FromDirectory, who_is_not_in_the_store_is_not_found) {
  world.store.forget_user(id_of("doctor"));
  EXPECT_EQ(refusal_of("doctor"), "User not found");
  EXPECT_EQ(refusal_of("nobody"), "User not found");
  EXPECT_EQ(refusal_of("forged"), "Invalid authentication token");
  EXPECT_EQ(refusal_of("revoked"), "Invalid authentication token");
  EXPECT_EQ(world.store.user_reads(), 1u) << "a token that is refused asks nothing of the store";
  EXPECT_EQ(world.service->counts().connections_refused, 4u);
}

TEST_F(FromDirectory, a_role_that_is_not_configured_is_an_invalid_token) {
  give_role("doctor", "nurse");
  EXPECT_EQ(refusal_of("doctor"), "Invalid authentication token");
  give_role("patient", "");
  EXPECT_EQ(refusal_of("patient"), "Invalid authentication token");
}

TEST_F(FromDirectory, a_connect_waits_for_the_store_and_its_loop_does_not) {
  world.store.hold_reads();
  auto socket = connected("doctor");
  EXPECT_EQ(socket->handler, nullptr);
  EXPECT_EQ(socket->refusal, "");
  EXPECT_EQ(world.store.reads_waiting(), 1u);
  EXPECT_EQ(world.service->counts().connections, 0u);
  world.store.release_reads();
  world.run();
  EXPECT_NE(socket->handler, nullptr);
  EXPECT_EQ(world.service->counts().connections, 1u);
}

TEST_F(FromDirectory, several_that_wait_for_one_user_share_a_read) {
  world.store.hold_reads();
  std::vector<std::unique_ptr<Socket>> sockets;
  for (const std::size_t loop : {0, 1, 0, 1}) sockets.push_back(connected("doctor", loop));
  sockets.push_back(connected("patient"));
  EXPECT_EQ(world.store.reads_waiting(), 2u);
  world.store.release_reads();
  world.run();
  for (const auto& socket : sockets) EXPECT_NE(socket->handler, nullptr);
  EXPECT_EQ(world.store.user_reads(), 2u);
}

TEST_F(FromDirectory, what_was_read_is_used_until_it_is_stale) {
  EXPECT_EQ(refusal_of("doctor"), "");
  world.clock.advance(limits::user_staleness - 1ms);
  auto socket = world.connect("doctor");
  EXPECT_NE(socket->handler, nullptr) << "inside the call: nothing is asked";
  EXPECT_EQ(world.store.user_reads(), 1u);
  world.clock.advance(1ms);
  EXPECT_EQ(refusal_of("doctor"), "");
  EXPECT_EQ(world.store.user_reads(), 2u);
}

TEST_F(FromDirectory, a_role_that_changes_holds_for_sockets_that_come_when_the_old_one_is_stale) {
  auto before = connected("doctor");
  give_role("doctor", "patient");
  auto meanwhile = connected("doctor");
  world.clock.advance(limits::user_staleness);
  auto after = connected("doctor");
  EXPECT_THAT(answer_to_create(*before), Contains("\"success\":true")) << "an open socket stays who it is";
  EXPECT_THAT(answer_to_create(*meanwhile), Contains("Active session already exists"));
  EXPECT_THAT(answer_to_create(*after), Contains("Only doctors can create sessions"));
}

TEST_F(FromDirectory, a_user_who_is_removed_is_not_found_when_what_was_read_is_stale) {
  EXPECT_EQ(refusal_of("doctor"), "");
  world.store.forget_user(id_of("doctor"));
  world.clock.advance(limits::user_staleness - 1ms);
  EXPECT_EQ(refusal_of("doctor"), "");
  world.clock.advance(1ms);
  EXPECT_EQ(refusal_of("doctor"), "User not found");
}

TEST_F(FromDirectory, that_there_is_no_such_user_is_remembered_for_less) {
  world.store.forget_user(id_of("doctor"));
  EXPECT_EQ(refusal_of("doctor"), "User not found");
  give_role("doctor", "doctor");
  world.clock.advance(limits::absent_user_staleness - 1ms);
  EXPECT_EQ(refusal_of("doctor"), "User not found");
  EXPECT_EQ(world.store.user_reads(), 1u);
  world.clock.advance(1ms);
  EXPECT_EQ(refusal_of("doctor"), "");
}

TEST_F(FromDirectory, age_counts_from_before_the_store_was_asked) {
  world.store.hold_reads();
  auto socket = connected("doctor");
  world.clock.advance(limits::user_staleness);
  world.store.release_reads();
  world.run();
  EXPECT_EQ(world.store.user_reads(), 1u);
  world.clock.advance(limits::user_staleness - 1ms);
  EXPECT_EQ(refusal_of("doctor"), "");
  EXPECT_EQ(world.store.user_reads(), 1u) << "waiting for a reader thread is not yet asking";
}

TEST_F(FromDirectory, a_full_reader_pool_is_overloaded_and_asking_again_helps) {
  world.store.refuse_read_jobs(true);
  auto socket = connected("doctor");
  EXPECT_EQ(socket->refusal, "The server is overloaded");
  EXPECT_EQ(socket->refusal_data, R"({"code":"overloaded","retryAfter":1})");
  EXPECT_EQ(world.service->counts().refused_overloaded, 1u);
  EXPECT_EQ(world.service->counts().connections_refused, 1u);
  world.store.refuse_read_jobs(false);
  EXPECT_EQ(refusal_of("doctor"), "");
}

TEST_F(FromDirectory, no_more_than_so_many_wait_for_one_user) {
  world.store.hold_reads();
  std::vector<std::unique_ptr<Socket>> sockets;
  for (std::size_t count = 0; count < limits::user_lookups_waiting_max; ++count) sockets.push_back(world.connect("doctor"));
  auto one_more = connected("doctor");
  EXPECT_EQ(one_more->refusal, "Server is overloaded, please try again");
  world.store.release_reads();
  world.run();
  for (const auto& socket : sockets) ASSERT_NE(socket->handler, nullptr);
}

TEST_F(FromDirectory, a_store_that_cannot_be_read_is_no_fault_of_the_token) {
  world.store.fail_reads({ErrorCode::store_failed, "The store cannot be read", {}});
  auto socket = connected("doctor");
  EXPECT_EQ(socket->refusal, "The store cannot be read");
  EXPECT_EQ(socket->refusal_data, R"({"code":"store_failed"})");
  world.store.mend_reads();
  EXPECT_EQ(refusal_of("doctor"), "") << "a failure is not remembered";
}

TEST_F(FromDirectory, who_was_read_before_the_store_failed_gets_in_until_it_is_stale) {
  EXPECT_EQ(refusal_of("doctor"), "");
  world.store.fail_reads({ErrorCode::store_failed, "The store cannot be read", {}});
  EXPECT_EQ(refusal_of("doctor"), "");
  world.clock.advance(limits::user_staleness);
  EXPECT_EQ(refusal_of("doctor"), "The store cannot be read");
}

TEST_F(FromDirectory, a_token_that_is_signed_out_during_the_lookup_is_refused) {
  world.store.hold_reads();
  auto socket = connected("doctor");
  auto [answer, done] = expect_answer<service::SignedOut>();
  world.service->sign_out(*world.loops[0], world.authenticator.authenticate("doctor")->token, std::move(done));
  world.run();
  ASSERT_TRUE(answer->has_value());
  world.store.release_reads();
  world.run();
  EXPECT_EQ(socket->refusal, "Invalid authentication token");
  EXPECT_EQ(world.service->counts().connections, 0u);
}

TEST_F(FromDirectory, signing_out_cuts_the_sockets_of_the_token) {
  auto here = connected("doctor", 0);
  auto there = connected("doctor", 1);
  auto other = connected("patient", 1);
  auto [answer, done] = expect_answer<service::SignedOut>();
  world.service->sign_out(*world.loops[0], world.authenticator.authenticate("doctor")->token, std::move(done));
  world.run();
  EXPECT_THAT(here->peer->cut, ElementsAre(Close::transport));
  EXPECT_THAT(there->peer->cut, ElementsAre(Close::transport));
  EXPECT_THAT(other->peer->cut, IsEmpty());
  EXPECT_EQ(refusal_of("doctor"), "Invalid authentication token");
}

TEST_F(FromDirectory, remembering_a_user_of_a_token_changes_nothing) {
  User claimed = world.authenticator.users.at("doctor");
  claimed.name = "as claimed";
  world.service->remember_user(claimed);
  EXPECT_EQ(refusal_of("doctor"), "");
  EXPECT_EQ((*world.store.find_user(claimed.id))->name, "doctor");
  EXPECT_EQ(world.store.commits(), 0u);
}

// The limit on connections

struct FewPlaces : FromDirectory {
  static service::ServiceConfig config() {
    auto config = directory_config();
    config.connections_per_user_max = 1;
    config.connections_per_address_max = 2;
    return config;
  }
  FewPlaces() : FromDirectory(config()) {}
};

TEST_F(FewPlaces, are_counted_exactly_when_several_wait_for_the_store) {
  world.store.hold_reads();
  auto first = connected("doctor");
  auto second = connected("doctor");
  auto third = connected("patient");
  auto fourth = connected("stranger");
  world.store.release_reads();
  world.run();
  EXPECT_NE(first->handler, nullptr);
  EXPECT_EQ(second->refusal, "Too many connections for this user");
  EXPECT_NE(third->handler, nullptr);
  EXPECT_EQ(fourth->refusal, "Too many connections from this IP address");
  EXPECT_EQ(world.service->counts().connections, 2u);
  first->disconnect();
  EXPECT_EQ(refusal_of("doctor"), "") << "a place is free again";
}

TEST_F(FewPlaces, of_who_went_away_during_the_lookup_are_free) {
  world.store.hold_reads();
  auto socket = std::make_unique<Socket>();
  socket->peer = std::make_shared<TestPeer>(*world.loops[0], protocol::socketio::Handshake{"s", "192.0.2.1", "", "token=doctor"});
  int decisions = 0;
  world.service->namespace_handler().on_connect({"/", ""}, socket->peer, [&](auto decision) {
    ++decisions;
    ASSERT_TRUE(decision.has_value());
    decision->socket->on_disconnect(
        protocol::socketio::DisconnectReason::transport_close);  // the server makes the same call for a peer that is gone
  });
  world.run();
  world.store.release_reads();
  world.run();
  EXPECT_EQ(decisions, 1);
  EXPECT_EQ(world.service->counts().connections, 0u);
  EXPECT_EQ(refusal_of("doctor"), "");
}

TEST_F(FewPlaces, are_refused_before_the_store_is_asked) {
  auto first = connected("doctor");
  auto second = connected("patient");
  const auto reads = world.store.user_reads();
  EXPECT_EQ(world.connect("stranger")->refusal, "Too many connections from this IP address");
  EXPECT_EQ(world.store.user_reads(), reads);
}

// Creating (§5.1)

TEST_F(FromDirectory, a_session_needs_a_patient_of_the_store) {
  EXPECT_EQ(create(id_of("admin")).error().message, "Invalid patient ID");
  EXPECT_EQ(create(id_of("doctor")).error().message, "Invalid patient ID");
  const UserId unknown = *UserId::parse("nobody");
  EXPECT_EQ(create(unknown).error().message, "Invalid patient ID");
  EXPECT_EQ(create(unknown).error().code, ErrorCode::invalid_argument);
  const auto created = create(id_of("patient"));
  ASSERT_TRUE(created.has_value());
  EXPECT_THAT(created->users, UnorderedElementsAre(world.authenticator.users.at("doctor"), world.authenticator.users.at("patient")));
}

TEST_F(FromDirectory, whether_somebody_is_a_patient_is_asked_each_time) {
  EXPECT_EQ(refusal_of("patient"), "") << "remembered now";
  give_role("patient", "doctor");
  EXPECT_EQ(create(id_of("patient")).error().message, "Invalid patient ID");
  give_role("patient", "patient");
  EXPECT_TRUE(create(id_of("patient")).has_value());
}

TEST_F(FromDirectory, a_create_whose_patient_cannot_be_read_is_refused_as_other_reads) {
  world.store.fail_reads({ErrorCode::store_failed, "The store cannot be read", {}});
  EXPECT_EQ(create(id_of("patient")).error().code, ErrorCode::store_failed);
}

// Identity from claims

TEST(FromClaims, the_store_is_never_asked_and_nothing_waits) {
  World world;
  EXPECT_NE(world.connect("doctor")->handler, nullptr);
  for (const char* token : {"doctor", "nobody", "forged", "revoked"}) EXPECT_TRUE(world.service->identify(token).has_value()) << token;
  EXPECT_EQ(world.store.user_reads(), 0u);
  EXPECT_EQ(world.store.reads_waiting(), 0u);
}

}  // namespace
}  // namespace parley::test
