// Promise 4 when the disk fails: every sender gets a typed verdict, no client sees a message that may be lost, and the server accepts no
// further message (docs/adr/0007).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "integration/consultation.hpp"
#include "support/raw_database.hpp"

namespace parley::test {

using ::testing::AnyOf;
using ::testing::Contains;
using ::testing::Eq;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class P4 : public testing::Test {
 protected:
  P4() {
    system.files().hold_syncs(".log");
    system.files().fail_sync(1);
  }

  void expect_refused_for_good() {
    room.send_by_socket("later by socket");
    EXPECT_THAT(room.wait_for_ack(), HasSubstr(R"("success":false)"));
    EXPECT_THAT(room.wait_for_ack(), HasSubstr(R"("code":"store_failed")"));
    room.send_by_rest("later by REST");
    const auto later = room.wait_for_answer();
    EXPECT_EQ(later.status, 503u);
    EXPECT_THAT(later.body, HasSubstr(R"("code":"store_failed")"));
    EXPECT_THAT(room.signs_to_others(0), IsEmpty());
  }

  TemporaryDirectory place;
  ChatSystem system{place.path() + "/data"};
  Consultation room{system};
};

TEST_F(P4, a_failed_sync_gives_the_REST_sender_504_and_shows_nothing_and_later_sends_are_refused) {
  room.send_by_rest("its sync fails");
  ASSERT_TRUE(system.files().wait_for_held_sync());
  system.files().release_syncs();
  const auto answer = room.wait_for_answer();
  EXPECT_EQ(answer.status, 504u);
  EXPECT_THAT(answer.body, HasSubstr(R"("code":"outcome_unknown")"));
  EXPECT_THAT(room.signs_to_others(0), IsEmpty());
  expect_refused_for_good();
}

TEST_F(P4, a_failed_sync_gives_the_socket_sender_a_typed_error_and_the_REST_sender_behind_it_too) {
  room.send_by_socket("its sync fails");
  ASSERT_TRUE(system.files().wait_for_held_sync());
  room.send_by_rest("behind it");
  EXPECT_THAT(room.signs(0), IsEmpty());
  system.files().release_syncs();
  const std::string ack = room.wait_for_ack();
  EXPECT_THAT(ack, HasSubstr(R"("success":false)"));
  EXPECT_THAT(ack, HasSubstr(R"("code":"outcome_unknown")"));
  EXPECT_THAT(room.errors_at_doctor(1), Contains(HasSubstr(R"("message":)")));
  const auto answer = room.wait_for_answer();
  EXPECT_THAT(answer.status, AnyOf(Eq(503u), Eq(504u)));
  EXPECT_THAT(answer.body, HasSubstr(answer.status == 503 ? R"("code":"store_failed")" : R"("code":"outcome_unknown")"));
  EXPECT_THAT(room.signs_to_others(0), IsEmpty());
  expect_refused_for_good();
}

}  // namespace parley::test
