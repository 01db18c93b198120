// Answers show the users of the user store (docs/api-contract.md §3), as they are now, and say who is gone.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "unit/service/users/directory_fixture.hpp"

namespace parley::test {
namespace {

using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;
using Sender = domain::MessageView::Sender;

struct Populated : FromDirectory {
  const SessionId session = world.create();
  const User doctor = world.authenticator.users.at("doctor");
  User patient = world.authenticator.users.at("patient");

  Populated() {
    world.send("patient", session, "hello").value();
    auto socket = connected("patient");
    socket->emit("signaling-message", "{\"sessionId\":\"" + session.to_string() + "\",\"type\":\"chat\",\"payload\":1}");
    world.run();
    world.send("doctor", session, "commits the record").value();
  }
  void rename_patient() {
    change("patient", [](User& user) { user.name = "Renamed"; });
    patient.name = "Renamed";
    world.clock.advance(limits::user_staleness);
  }
};

TEST_F(Populated, answers_show_the_users_of_the_store) {
  rename_patient();
  EXPECT_THAT(world.get("doctor", session)->users, UnorderedElementsAre(doctor, patient));
  EXPECT_THAT(world.start("doctor", session)->users, UnorderedElementsAre(doctor, patient));
  EXPECT_THAT(active_sessions()->front().users, UnorderedElementsAre(doctor, patient));
  EXPECT_EQ(world.page("doctor", {field(session), 1, 50, {}})->messages.front().sender, patient);
  EXPECT_EQ(world.history("doctor", session)->front().sender, patient);
  EXPECT_THAT(signalling(session)->users, ElementsAre(patient));
}

TEST_F(Populated, answers_are_the_same_after_a_restart) {
  rename_patient();
  world.restart();
  EXPECT_THAT(world.get("doctor", session)->users, UnorderedElementsAre(doctor, patient));
  EXPECT_EQ(world.history("doctor", session)->front().sender, patient);
}

TEST_F(Populated, answers_say_who_is_gone) {
  world.store.forget_user(patient.id);
  world.clock.advance(limits::user_staleness);
  const auto view = world.get("doctor", session);
  EXPECT_THAT(view->users, ElementsAre(doctor));
  EXPECT_THAT(view->users_gone, ElementsAre(patient.id));
  const auto messages = world.history("doctor", session);
  EXPECT_EQ(messages->front().sender_is, Sender::gone);
  EXPECT_EQ(messages->front().sender.id, patient.id);
  EXPECT_EQ(messages->back().sender_is, Sender::there);
  EXPECT_THAT(signalling(session)->users_gone, ElementsAre(patient.id));
  EXPECT_THAT(active_sessions()->front().users_gone, ElementsAre(patient.id));
}

TEST_F(Populated, answers_ask_once_for_what_is_not_remembered) {
  world.clock.advance(limits::user_staleness);
  const auto reads = world.store.user_reads();
  EXPECT_TRUE(world.get("doctor", session).has_value());
  EXPECT_EQ(world.store.user_reads(), reads + 2);
  EXPECT_TRUE(world.get("doctor", session).has_value());
  EXPECT_TRUE(world.history("doctor", session).has_value());
  EXPECT_EQ(world.store.user_reads(), reads + 2);
}

TEST_F(Populated, reads_whose_users_cannot_be_read_are_refused) {
  world.clock.advance(limits::user_staleness);
  world.store.fail_reads({ErrorCode::store_failed, "The store cannot be read", {}});
  EXPECT_EQ(world.get("doctor", session).error().code, ErrorCode::store_failed);
  EXPECT_EQ(world.history("doctor", session).error().code, ErrorCode::store_failed);
  world.store.mend_reads();
  world.store.refuse_read_jobs(true);
  EXPECT_EQ(world.get("doctor", session).error().code, ErrorCode::overloaded);
  EXPECT_EQ(world.service->counts().refused_overloaded, 1u);
}

TEST_F(Populated, what_was_carried_out_is_answered_with_what_is_known) {
  world.clock.advance(limits::user_staleness);
  world.store.refuse_read_jobs(true);
  const auto started = world.start("doctor", session);
  ASSERT_TRUE(started.has_value());
  EXPECT_EQ(started->row.status, domain::SessionStatus::active);
  EXPECT_THAT(started->users, UnorderedElementsAre(doctor, patient));
}

}  // namespace
}  // namespace parley::test
