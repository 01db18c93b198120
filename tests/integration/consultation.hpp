// A doctor and a patient in one session, each over Socket.IO; the patient also sends and the doctor also reads over REST. Reports what is
// visible from outside of two messages, one sent by each transport.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/chat_system.hpp"
#include "support/test_client.hpp"

namespace parley::test {

/// A message as a client received it.
struct Told {
  std::string id;
  std::string text;
  friend bool operator==(const Told&, const Told&) = default;
};

class Consultation {
 public:
  /// Creates the session, or uses an existing one.
  explicit Consultation(ChatSystem& system, std::string session = {});

  [[nodiscard]] const std::string& session() const { return session_; }

  /// These send without waiting for the verdict. Each way has at most one pending message.
  void send_by_socket(std::string_view text);
  void send_by_rest(std::string_view text);
  /// The arguments of the ack for the message sent by socket; the answer to the message sent by REST.
  [[nodiscard]] std::string wait_for_ack() { return doctor_.wait_for_ack(ack_); }
  [[nodiscard]] RestClient::Answer wait_for_answer() { return sender_.wait_for_answer(); }
  /// The message in an ack or a 201. The test fails if the send failed.
  Told wait_for_told_by_ack();
  Told wait_for_told_by_answer();

  /// Everything that reveals a message after the first `settled` ones: verdicts, events, page, stats and history. Looks after several round
  /// trips of other requests on every connection, so that any event sent too early has arrived.
  [[nodiscard]] std::vector<std::string> signs(std::size_t settled);
  /// The same without the verdicts.
  [[nodiscard]] std::vector<std::string> signs_to_others(std::size_t settled);

  [[nodiscard]] std::vector<Told> page();
  [[nodiscard]] std::vector<Told> history();
  [[nodiscard]] std::vector<Told> heard_by_doctor(std::size_t count);
  [[nodiscard]] std::vector<Told> heard_by_patient(std::size_t count);
  [[nodiscard]] std::vector<std::string> errors_at_doctor(std::size_t count) { return doctor_.wait_for_events("error", count); }

 private:
  void join(ChatSocket& socket);
  [[nodiscard]] std::string read(const std::string& target);
  [[nodiscard]] std::uint64_t total_in_stats();

  ChatSocket doctor_;
  ChatSocket patient_;
  RestClient sender_;  // the patient's
  RestClient reader_;  // the doctor's
  std::string session_;
  std::uint64_t ack_ = 0;
};

}  // namespace parley::test
