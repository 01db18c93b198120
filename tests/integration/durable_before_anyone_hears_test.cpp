// Promise 1 over real sockets and a disk whose syncs the test can hold: until a message is on the disk, no client can see it. An
// acknowledged message survives power loss. One test proves that these checks would detect a server that does not wait.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <stdexcept>

#include "integration/consultation.hpp"
#include "support/raw_database.hpp"

namespace parley::test {

using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::StartsWith;

class P1 : public testing::Test {
 protected:
  /// Sends one message by each way and waits until every client has both. Then the store has no other work.
  static std::vector<Told> settle(Consultation& room) {
    room.send_by_socket("settled by socket");
    std::vector<Told> told{room.wait_for_told_by_ack()};
    room.send_by_rest("settled by REST");
    told.push_back(room.wait_for_told_by_answer());
    EXPECT_EQ(room.heard_by_doctor(2), told);
    EXPECT_EQ(room.heard_by_patient(2), told);
    return told;
  }

  static void expect_one_order(Consultation& room, const std::vector<Told>& told) {
    EXPECT_EQ(room.heard_by_doctor(told.size()), told);
    EXPECT_EQ(room.heard_by_patient(told.size()), told);
    EXPECT_EQ(room.page(), told);
    EXPECT_EQ(room.history(), told);
  }

  TemporaryDirectory place;
  const std::string data = place.path() + "/data";
};

TEST_F(P1, while_the_sync_of_a_message_by_socket_is_held_nobody_knows_of_it_nor_of_one_by_REST_behind_it) {
  ChatSystem system(data);
  Consultation room(system);
  std::vector<Told> told = settle(room);
  system.files().hold_syncs(".log");
  room.send_by_socket("held by socket");
  ASSERT_TRUE(system.files().wait_for_held_sync());
  room.send_by_rest("held by REST");
  EXPECT_THAT(room.signs(told.size()), IsEmpty());
  system.files().release_syncs();
  told.push_back(room.wait_for_told_by_ack());
  told.push_back(room.wait_for_told_by_answer());
  expect_one_order(room, told);
}

TEST_F(P1, while_the_sync_of_a_message_by_REST_is_held_nobody_knows_of_it_nor_of_one_by_socket_behind_it) {
  ChatSystem system(data);
  Consultation room(system);
  std::vector<Told> told = settle(room);
  system.files().hold_syncs(".log");
  room.send_by_rest("held by REST");
  ASSERT_TRUE(system.files().wait_for_held_sync());
  room.send_by_socket("held by socket");
  EXPECT_THAT(room.signs(told.size()), IsEmpty());
  system.files().release_syncs();
  told.push_back(room.wait_for_told_by_answer());
  told.push_back(room.wait_for_told_by_ack());
  expect_one_order(room, told);
}

// Proves that the tests above can fail: the same held disk and the same checks, but a store that does not wait for the sync.
TEST_F(P1, without_the_sync_this_very_test_sees_the_message_too_early) {
  ChatSystem system(data, ChatSystem::Syncing::skipped);
  Consultation room(system);
  const std::vector<Told> told = settle(room);
  system.files().hold_syncs(".log");
  room.send_by_socket("not held by socket");
  room.send_by_rest("not held by REST");
  std::vector<std::string> seen;  // collects across rounds, because a verdict can be read only once
  const auto seen_all = [&] {
    for (const char* sign : {"page", "history", "stats", "event at the doctor", "event at the patient"})
      if (std::ranges::find(seen, sign) == seen.end()) return false;
    return std::ranges::any_of(seen, [](const auto& sign) { return sign.starts_with("ack [{\"success\":true"); }) &&
           std::ranges::any_of(seen, [](const auto& sign) { return sign.starts_with("answer 201"); });
  };
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{30};
  while (!seen_all() && std::chrono::steady_clock::now() < deadline) {
    for (std::string& sign : room.signs(told.size())) seen.push_back(std::move(sign));
  }
  EXPECT_THAT(seen, Contains("page"));
  EXPECT_THAT(seen, Contains("history"));
  EXPECT_THAT(seen, Contains("stats"));
  EXPECT_THAT(seen, Contains("event at the doctor"));
  EXPECT_THAT(seen, Contains("event at the patient"));
  EXPECT_THAT(seen, Contains(StartsWith("ack [{\"success\":true")));
  EXPECT_THAT(seen, Contains(StartsWith("answer 201")));
}

class P1PowerLoss : public P1 {
 protected:
  /// Gets messages acknowledged by both ways, in order, and returns them as the sender received them.
  std::vector<Told> acknowledge_some(Consultation& room) {
    std::vector<Told> told;
    for (int index = 0; index < 20; ++index) {
      room.send_by_socket("by socket " + std::to_string(index));
      told.push_back(room.wait_for_told_by_ack());
      room.send_by_rest("by REST " + std::to_string(index));
      told.push_back(room.wait_for_told_by_answer());
    }
    session = room.session();
    return told;
  }

  std::string session;
};

TEST_F(P1PowerLoss, every_acknowledged_message_survives_and_the_held_ones_do_not_appear) {
  std::vector<Told> told;
  {
    ChatSystem system(data);
    Consultation room(system);
    told = acknowledge_some(room);
    system.files().hold_syncs(".log");
    room.send_by_socket("held by socket");
    ASSERT_TRUE(system.files().wait_for_held_sync());
    room.send_by_rest("held by REST");
    EXPECT_THAT(room.signs(told.size()), IsEmpty());
    system.lose_power();
  }
  ChatSystem system(data);
  Consultation room(system, session);
  EXPECT_EQ(room.page(), told);
  EXPECT_EQ(room.history(), told);
  room.send_by_socket("goes on");
  told.push_back(room.wait_for_told_by_ack());
  EXPECT_EQ(room.page(), told);
}

TEST_F(P1PowerLoss, without_the_sync_this_very_test_misses_acknowledged_messages) {
  std::vector<Told> told;
  {
    ChatSystem system(data, ChatSystem::Syncing::skipped);
    Consultation room(system);
    told = acknowledge_some(room);
    system.lose_power();
  }
  bool survived = false;
  try {
    ChatSystem system(data);
    Consultation room(system, session);
    survived = room.page() == told;
  } catch (const std::runtime_error& lost) {
    EXPECT_THAT(lost.what(), ::testing::AnyOf(StartsWith("the store was not opened"), StartsWith("a join was refused")));
  }
  EXPECT_FALSE(survived);
}

}  // namespace parley::test
