#include "api/answer.hpp"

#include <gtest/gtest.h>

#include "domain/error_code.hpp"
#include "writing.hpp"

namespace parley::api {
namespace {

using domain::MessageView;
using domain::User;

domain::SessionView session_view() {
  domain::SessionView view;
  view.row.id = *SessionId::parse("0b1e8a6e-9f3d-4c5a-8b7c-1d2e3f405162");
  view.row.object_id = object_id(9);
  view.row.participants = {{user_id(1), {"doctor"}}, {user_id(2), {"patient"}}};
  view.row.created_at = noon;
  view.users = {{user_id(1), {"doctor"}, "d@example.org", "Dora"}};
  return view;
}

MessageView message_view() {
  MessageView view;
  view.id = object_id(7);
  view.session = *SessionId::parse("0b1e8a6e-9f3d-4c5a-8b7c-1d2e3f405162");
  view.sender = {user_id(1), {"doctor"}, "d@example.org", "Dora"};
  view.sender_role = {"doctor"};
  view.text = "say \"hi\"\n";
  view.timestamp = noon;
  view.position = {3, 0x0102030405060708};
  return view;
}

TEST(Answer, a_user_leaves_out_what_is_not_known) {
  EXPECT_EQ(written([](auto& w) { write_user(w, {user_id(1), {}, "", ""}); }), R"({"_id":"000000000000000000000001"})");
  EXPECT_EQ(written([](auto& w) { write_user(w, {user_id(1), {"doctor"}, "d@example.org", "Dora"}); }),
            R"({"_id":"000000000000000000000001","email":"d@example.org","role":"doctor","name":"Dora"})");
}

TEST(Answer, a_session_over_http_names_its_users) {
  EXPECT_EQ(written([](auto& w) { write_session(w, session_view(), SessionForm::populated); }),
            R"({"sessionId":"0b1e8a6e-9f3d-4c5a-8b7c-1d2e3f405162",)"
            R"("doctorId":{"_id":"000000000000000000000001","email":"d@example.org","role":"doctor","name":"Dora"},)"
            R"("patientId":{"_id":"000000000000000000000002"},"status":"created",)"
            R"("metadata":{"appointmentId":null,"participantCount":0,"duration":0},"_id":"000000000000000000000009",)"
            R"("createdAt":"2026-01-01T00:00:00.000Z","__v":0})");
}

TEST(Answer, a_session_in_an_ack_has_plain_ids_and_its_times_once_they_are) {
  auto view = session_view();
  view.participant_count = 2;
  view.row.status = domain::SessionStatus::ended;
  view.row.appointment = object_id(5);
  view.row.started_at = noon;
  view.row.ended_at = noon + std::chrono::milliseconds(61'999);
  EXPECT_EQ(written([&](auto& w) { write_session(w, view, SessionForm::plain); }),
            R"({"sessionId":"0b1e8a6e-9f3d-4c5a-8b7c-1d2e3f405162","doctorId":"000000000000000000000001",)"
            R"("patientId":"000000000000000000000002","status":"ended",)"
            R"("metadata":{"appointmentId":"000000000000000000000005","participantCount":2,"duration":61},)"
            R"("_id":"000000000000000000000009","createdAt":"2026-01-01T00:00:00.000Z","__v":0,)"
            R"("startedAt":"2026-01-01T00:00:00.000Z","endedAt":"2026-01-01T00:01:01.999Z"})");
}

TEST(Answer, a_message_over_http_names_its_sender) {
  auto view = message_view();
  view.client_message_id = "c-1";
  EXPECT_EQ(written([&](auto& w) { write_chat_message(w, view); }),
            R"({"_id":"000000000000000000000007","sessionId":"0b1e8a6e-9f3d-4c5a-8b7c-1d2e3f405162",)"
            R"("senderId":{"_id":"000000000000000000000001","email":"d@example.org","role":"doctor","name":"Dora"},)"
            R"("senderRole":"doctor","message":"say \"hi\"\n","messageType":"text","timestamp":"2026-01-01T00:00:00.000Z","__v":0,)"
            R"("seq":3,"position":"3.0102030405060708","clientMessageId":"c-1"})");
}

TEST(Answer, a_message_as_event_has_plain_ids_and_says_what_came_before) {
  const auto with_prev = written([](auto& w) { write_chat_event(w, message_view(), 2); });
  EXPECT_EQ(with_prev, R"({"id":"000000000000000000000007","sessionId":"0b1e8a6e-9f3d-4c5a-8b7c-1d2e3f405162",)"
                       R"("senderId":"000000000000000000000001","senderRole":"doctor","message":"say \"hi\"\n",)"
                       R"("timestamp":"2026-01-01T00:00:00.000Z","messageType":"text","seq":3,"position":"3.0102030405060708","prev":2})");
  EXPECT_EQ(written([](auto& w) { write_chat_event(w, message_view(), 0); }).find("prev"), std::string::npos);
}

TEST(Answer, a_deleted_message_shows_no_text) {
  auto view = message_view();
  view.presence = MessageView::Presence::deleted;
  for (const auto& json : {written([&](auto& w) { write_chat_event(w, view); }), written([&](auto& w) { write_chat_message(w, view); })}) {
    EXPECT_NE(json.find("\"deleted\":true"), std::string::npos);
    EXPECT_EQ(json.find("\"message\":"), std::string::npos);
    EXPECT_EQ(json.find("say"), std::string::npos);
  }
}

TEST(Answer, a_system_message_keeps_its_type) {
  auto view = message_view();
  view.type = domain::MessageType::system;
  EXPECT_NE(written([&](auto& w) { write_chat_message(w, view); }).find(R"("messageType":"system")"), std::string::npos);
}

TEST(Answer, a_page_has_its_messages_and_finite_numbers) {
  EXPECT_EQ(written([](auto& w) { write_page(w, {}); }),
            R"({"messages":[],"pagination":{"currentPage":1,"totalPages":0,"totalMessages":0,"hasMore":false}})");
  domain::PageView page{{message_view()}, 2, 3, 5, true};
  const auto json = written([&](auto& w) { write_page(w, page); });
  EXPECT_NE(json.find(R"("pagination":{"currentPage":2,"totalPages":3,"totalMessages":5,"hasMore":true})"), std::string::npos);
}

TEST(Answer, statistics_of_nothing_have_no_times) {
  domain::StatsView stats;
  stats.session = message_view().session;
  EXPECT_EQ(written([&](auto& w) { write_stats(w, stats); }),
            R"({"sessionId":"0b1e8a6e-9f3d-4c5a-8b7c-1d2e3f405162","totalMessages":0,"messagesByRole":[],"chatDuration":0})");
}

TEST(Answer, statistics_average_code_points_and_floor_the_duration) {
  domain::StatsView stats;
  stats.session = message_view().session;
  stats.total_messages = 3;
  stats.roles = {{{"doctor"}, 2, 5}, {{"patient"}, 1, 4}};
  stats.first_message_at = noon;
  stats.last_message_at = noon + std::chrono::milliseconds(2'999);
  EXPECT_EQ(written([&](auto& w) { write_stats(w, stats); }),
            R"({"sessionId":"0b1e8a6e-9f3d-4c5a-8b7c-1d2e3f405162","totalMessages":3,)"
            R"("messagesByRole":[{"_id":"doctor","messageCount":2,"avgMessageLength":2.5},)"
            R"({"_id":"patient","messageCount":1,"avgMessageLength":4}],)"
            R"("firstMessageAt":"2026-01-01T00:00:00.000Z","lastMessageAt":"2026-01-01T00:00:02.999Z","chatDuration":2})");
}

TEST(Answer, an_error_has_its_text_its_code_and_when_to_come_back) {
  EXPECT_EQ(written([](auto& w) { write_error(w, {ErrorCode::session_ended, "Session has already ended", "", 0}); }),
            R"({"message":"Session has already ended","code":"session_ended"})");
  EXPECT_EQ(written([](auto& w) { write_error(w, {ErrorCode::overloaded, "Busy", "", 1}); }),
            R"({"message":"Busy","code":"overloaded","retryAfter":1})");
  EXPECT_EQ(retry_after_seconds(0), 0);
  EXPECT_EQ(retry_after_seconds(1'000), 1);
  EXPECT_EQ(retry_after_seconds(1'001), 2);
}

TEST(Answer, participants_are_listed_with_their_roles) {
  EXPECT_EQ(written([](auto& w) { write_participants(w, session_view().row.participants); }),
            R"([{"userId":"000000000000000000000001","role":"doctor"},{"userId":"000000000000000000000002","role":"patient"}])");
}

TEST(Answer, members_of_a_room_are_counted_by_user) {
  const std::vector<domain::RoomMember> members = {{user_id(1), {"doctor"}, 2}, {user_id(2), {"patient"}, 1}};
  EXPECT_EQ(
      written([&](auto& w) { write_members(w, members); }),
      R"([{"userId":"000000000000000000000001","role":"doctor","sockets":2},{"userId":"000000000000000000000002","role":"patient","sockets":1}])");
  EXPECT_EQ(written([](auto& w) { write_members(w, {}); }), "[]");
}

TEST(IceServers, at_most_three_stun_servers_then_turn_with_fresh_credentials) {
  const std::vector<std::string> stun = {"stun:a", "stun:b", "stun:c", "stun:d"};
  const std::vector<std::string> turn = {"turn:x", "turn:y"};
  const std::string secret = "secret";
  const std::string name = "webrtc-user";
  const auto servers = ice_servers({stun, turn, secret, name}, noon);
  ASSERT_EQ(servers.size(), 5u);
  EXPECT_EQ(servers[2].url, "stun:c");
  EXPECT_EQ(servers[3].url, "turn:x");
  EXPECT_EQ(servers[3].username, "1767312000:webrtc-user");
  // printf 1767312000:webrtc-user | openssl dgst -sha1 -hmac secret -binary | base64
  EXPECT_EQ(servers[3].credential, "k1+IRp7SU6+luB7jzbsbdjZB0Fw=");
  EXPECT_EQ(servers[4].credential, servers[3].credential);
}

TEST(IceServers, static_credentials_are_given_unchanged) {
  const std::vector<std::string> stun;
  const std::vector<std::string> turn = {"turn:x", "turn:y"};
  const std::string credential = "pass \"word\"";
  const std::string name = "clinic";
  const auto servers = ice_servers({stun, turn, credential, name, TurnCredentials::fixed}, noon);
  EXPECT_EQ(written([&](auto& w) { write_ice_servers(w, servers); }),
            R"([{"urls":"turn:x","username":"clinic","credential":"pass \"word\""},)"
            R"({"urls":"turn:y","username":"clinic","credential":"pass \"word\""}])");
}

TEST(IceServers, turn_without_a_secret_is_left_out) {
  const std::vector<std::string> stun = {"stun:a"};
  const std::vector<std::string> turn = {"turn:x"};
  const std::string none;
  const std::string name = "webrtc-user";
  const auto servers = ice_servers({stun, turn, none, name}, noon);
  EXPECT_EQ(written([&](auto& w) { write_ice_servers(w, servers); }), R"([{"urls":"stun:a"}])");
}

TEST(IceServers, are_written_with_their_credentials) {
  EXPECT_EQ(written([](auto& w) { write_ice_servers(w, {{"turn:x", "1:u", "c="}}); }),
            R"([{"urls":"turn:x","username":"1:u","credential":"c="}])");
}

}  // namespace
}  // namespace parley::api
