// A doctor and a patient who are joined in one session, each over Socket.IO; the patient also sends and the doctor also reads over REST.
// Says what of two messages, one by each transport, can be seen from outside.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "integration/chat_system.hpp"
#include "integration/test_client.hpp"

namespace parley::test {

/// A message as somebody was told of it.
struct Told {
  std::string id;
  std::string text;
  friend bool operator==(const Told&, const Told&) = default;
};

class Consultation {
 public:
  /// Makes the session, or goes on with one that is there.
  explicit Consultation(ChatSystem& system, std::string session = {});

  [[nodiscard]] const std::string& session() const { return session_; }

  /// Send without waiting for the verdict. One at a time by each way.
  void send_by_socket(std::string_view text);
  void send_by_rest(std::string_view text);
  /// The arguments of the ack of what was sent by socket; the answer to what was sent by REST.
  [[nodiscard]] std::string wait_for_ack() { return doctor_.wait_for_ack(ack_); }
  [[nodiscard]] RestClient::Answer wait_for_answer() { return sender_.wait_for_answer(); }
  /// What an ack or a 201 told; fails the test when it told of a failure.
  Told wait_for_told_by_ack();
  Told wait_for_told_by_answer();

  /// Everything by which one could know of a message that comes behind the first `settled` ones: verdicts, events, page, stats and
  /// history. Looks after several round trips of other requests on every connection, so that what was let out early is here.
  [[nodiscard]] std::vector<std::string> signs(std::size_t settled);
  /// The same without verdicts.
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
