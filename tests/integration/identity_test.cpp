// Identity from the user store over real sockets and threads: the store decides the role of a user, and token claims do not. A user whose
// lookup runs beside other work is admitted when the store has answered.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/chat_system.hpp"
#include "support/raw_database.hpp"
#include "support/test_client.hpp"

namespace parley::test {

namespace {

constexpr std::string_view doctor_id = "0123456789abcdef01234567";
constexpr std::string_view patient_id = "89abcdef0123456789abcdef";
constexpr std::string_view nobody_id = "ffffffffffffffffffffffff";

class IdentityFromStore : public testing::Test {
 protected:
  IdentityFromStore() {
    system.put_user({*UserId::parse(doctor_id), {"doctor"}, "d@store.example", "Dr Store"});
    system.put_user({*UserId::parse(patient_id), {"patient"}, "p@store.example", "Pat Store"});
  }
  /// The token claims a role that the user does not have.
  static std::string token_of(std::string_view id) { return ChatSystem::token(id, id == doctor_id ? "patient" : "doctor"); }

  TemporaryDirectory place;
  ChatSystem system{place.path() + "/data", ChatSystem::Syncing::real, service::IdentitySource::directory};
};

}  // namespace

TEST_F(IdentityFromStore, people_are_who_the_store_says_over_both_transports) {
  RestClient doctor(system.port(), token_of(doctor_id));
  const auto created = doctor.post("/api/sessions/create", R"({"patientId":")" + std::string(patient_id) + R"("})");
  ASSERT_EQ(created.status, 201U) << created.body;
  EXPECT_THAT(created.body, testing::HasSubstr(R"("name":"Dr Store")"));
  EXPECT_THAT(created.body, testing::HasSubstr(R"("email":"p@store.example")"));
  const auto at = created.body.find(R"("sessionId":")") + 13;
  const auto named = R"({"sessionId":")" + created.body.substr(at, 36) + R"("})";

  ChatSocket doctor_socket(system.port(), token_of(doctor_id));
  EXPECT_THAT(doctor_socket.wait_for_ack(doctor_socket.emit("join-session", named)), testing::StartsWith(R"([{"success":true)"));
  ChatSocket patient_socket(system.port(), token_of(patient_id));
  EXPECT_THAT(patient_socket.wait_for_ack(patient_socket.emit("join-session", named)), testing::StartsWith(R"([{"success":true)"));
  EXPECT_THAT(doctor_socket.wait_for_events("user-joined", 1).front(), testing::HasSubstr(R"("userEmail":"p@store.example")"));

  RestClient patient(system.port(), token_of(patient_id));
  EXPECT_EQ(patient.post("/api/sessions/create", "{}").status, 403U) << "the role of the token counts for nothing";
}

TEST_F(IdentityFromStore, who_is_not_there_is_not_found) {
  RestClient rest(system.port(), token_of(nobody_id));
  const auto answer = rest.get("/api/sessions/user/active");
  EXPECT_EQ(answer.status, 401U);
  EXPECT_EQ(answer.body, R"({"success":false,"message":"Not authorized, user not found"})");
}

TEST_F(IdentityFromStore, many_that_come_at_once_are_all_answered) {
  std::vector<std::unique_ptr<RestClient>> clients;
  for (int count = 0; count < 40; ++count) {
    clients.push_back(std::make_unique<RestClient>(system.port(), token_of(count % 2 == 0 ? doctor_id : nobody_id)));
    clients.back()->send("GET", "/api/sessions/user/active");
  }
  for (int count = 0; count < 40; ++count) EXPECT_EQ(clients[count]->wait_for_answer().status, count % 2 == 0 ? 200U : 401U) << count;
}

}  // namespace parley::test
