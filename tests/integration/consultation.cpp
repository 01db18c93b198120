#include "integration/consultation.hpp"

#include <gtest/gtest.h>
#include <simdjson.h>

#include <stdexcept>

#include "base/json_writer.hpp"

namespace parley::test {

namespace dom = simdjson::dom;

namespace {

constexpr std::string_view doctor_id = "0123456789abcdef01234567";
constexpr std::string_view patient_id = "89abcdef0123456789abcdef";
constexpr int round_trips = 5;

Told told_by(const dom::element& message, std::string_view id_key) {
  return {std::string(message[id_key].get_string().value()), std::string(message["message"].get_string().value())};
}

std::vector<Told> told_by_list(const std::string& json) {
  dom::parser parser;
  std::vector<Told> told;
  for (const dom::element message : parser.parse(json)["messages"].get_array()) told.push_back(told_by(message, "_id"));
  return told;
}

std::vector<Told> told_by_events(const std::vector<std::string>& events) {
  std::vector<Told> told;
  for (const std::string& event : events) {
    dom::parser parser;
    told.push_back(told_by(parser.parse(event), "id"));
  }
  return told;
}

std::string message_json(std::string_view session, std::string_view text) {
  std::string json;
  JsonWriter(json).begin_object().member("sessionId", session).member("message", text).end_object();
  return json;
}

std::string create_session(RestClient& rest) {
  const auto answer = rest.post("/api/sessions/create", R"({"patientId":")" + std::string(patient_id) + R"("})");
  if (answer.status != 201) throw std::runtime_error("no session was made: " + answer.body);
  dom::parser parser;
  return std::string(parser.parse(answer.body)["session"]["sessionId"].get_string().value());
}

void make_round_trip(ChatSocket& socket) {
  const std::string ack = socket.wait_for_ack(socket.emit("join-session", R"({"sessionId":"00000000-0000-4000-8000-000000000000"})"));
  if (ack.find("Session not found") == std::string::npos) throw std::runtime_error("a session that nobody made: " + ack);
}

}  // namespace

Consultation::Consultation(ChatSystem& system, std::string session)
    : doctor_(system.port(), ChatSystem::token(doctor_id, "doctor")),
      patient_(system.port(), ChatSystem::token(patient_id, "patient")),
      sender_(system.port(), ChatSystem::token(patient_id, "patient")),
      reader_(system.port(), ChatSystem::token(doctor_id, "doctor")),
      session_(session.empty() ? create_session(reader_) : std::move(session)) {
  join(doctor_);
  join(patient_);
}

void Consultation::join(ChatSocket& socket) {
  const std::string ack = socket.wait_for_ack(socket.emit("join-session", R"({"sessionId":")" + session_ + R"("})"));
  if (!ack.starts_with(R"([{"success":true)")) throw std::runtime_error("a join was refused: " + ack);
}

void Consultation::send_by_socket(std::string_view text) {
  ack_ = doctor_.emit("chat-message", message_json(session_, text));
}

void Consultation::send_by_rest(std::string_view text) {
  sender_.send("POST", "/api/chat/store", message_json(session_, text));
}

Told Consultation::wait_for_told_by_ack() {
  const std::string ack = wait_for_ack();
  EXPECT_TRUE(ack.starts_with(R"([{"success":true)")) << ack;
  dom::parser parser;
  return told_by(parser.parse(ack).at(0)["chatMessage"], "id");
}

Told Consultation::wait_for_told_by_answer() {
  const auto answer = wait_for_answer();
  EXPECT_EQ(answer.status, 201u) << answer.body;
  dom::parser parser;
  return told_by(parser.parse(answer.body)["chatMessage"], "_id");
}

std::vector<std::string> Consultation::signs(std::size_t settled) {
  std::vector<std::string> found = signs_to_others(settled);
  if (const auto ack = doctor_.ack_so_far(ack_)) found.push_back("ack " + *ack);
  if (const auto answer = sender_.answer_so_far()) found.push_back("answer " + std::to_string(answer->status) + " " + answer->body);
  return found;
}

// Each read runs on the session's loop, and each later round trip on the member's loop. So an event sent before the read has arrived when
// both return. The round trip asks about another session, because a join of this one waits for the pending write.
std::vector<std::string> Consultation::signs_to_others(std::size_t settled) {
  std::vector<std::string> found;
  for (int trip = 0; trip < round_trips; ++trip) {
    if (page().size() > settled) found.push_back("page");
    if (history().size() > settled) found.push_back("history");
    if (total_in_stats() > settled) found.push_back("stats");
    make_round_trip(doctor_);
    make_round_trip(patient_);
  }
  if (doctor_.events_so_far("chat-message").size() > settled) found.push_back("event at the doctor");
  if (patient_.events_so_far("chat-message").size() > settled) found.push_back("event at the patient");
  return found;
}

std::string Consultation::read(const std::string& target) {
  const auto answer = reader_.get(target);
  if (answer.status != 200) throw std::runtime_error("a read was answered with " + std::to_string(answer.status) + " " + answer.body);
  return answer.body;
}

std::vector<Told> Consultation::page() {
  return told_by_list(read("/api/chat/session/" + session_ + "?limit=1000"));
}

std::vector<Told> Consultation::history() {
  return told_by_list(read("/api/sessions/" + session_ + "/chat"));
}

std::uint64_t Consultation::total_in_stats() {
  dom::parser parser;
  return parser.parse(read("/api/chat/session/" + session_ + "/stats"))["totalMessages"].get_uint64();
}

std::vector<Told> Consultation::heard_by_doctor(std::size_t count) {
  return told_by_events(doctor_.wait_for_events("chat-message", count));
}

std::vector<Told> Consultation::heard_by_patient(std::size_t count) {
  return told_by_events(patient_.wait_for_events("chat-message", count));
}

}  // namespace parley::test
