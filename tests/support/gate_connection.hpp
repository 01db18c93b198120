// One connection through a TcpGate: two lanes of messages, one for each direction. It knows its sockets and their waiting messages, but not
// the faults: the gate passes them with each call. Owner: the gate, under its lock.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <unordered_set>

#include "support/tcp_gate.hpp"
#include "support/wire_messages.hpp"

namespace parley::test {

/// The faults that apply to one connection.
struct GateFaults {
  bool hold = false;
  bool swallow = false;
  std::chrono::milliseconds delay{0};
  std::size_t piece_bytes_max = 0;
};

class GateConnection {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// Takes two non-blocking sockets. The one to the server is still connecting.
  GateConnection(int client, int server) : client_(client), server_(server) {}
  ~GateConnection() { reset(); }
  GateConnection(const GateConnection&) = delete;
  GateConnection& operator=(const GateConnection&) = delete;

  /// The poll events that are requested or reported for each end: 0 for none.
  struct Events {
    short client = 0;
    short server = 0;
  };
  [[nodiscard]] Events wanted(const GateFaults& faults, Time now) const;
  /// The time when the next delayed message is due; the far future if there is none.
  [[nodiscard]] Time next_due(const GateFaults& faults, Time now) const;

  /// Reads the available bytes. They may include the handshake, which decides the faults that the gate passes to `write`.
  void read(Events seen, const GateFaults& faults, Time now);
  void write(const GateFaults& faults, Time now);
  /// Closes both ends with a reset.
  void reset();

  [[nodiscard]] int client() const { return client_; }
  [[nodiscard]] int server() const { return server_; }
  [[nodiscard]] bool done() const { return client_ < 0; }
  [[nodiscard]] bool has_handshake() const { return has_handshake_; }
  [[nodiscard]] bool lost_answers() const { return lost_answers_; }
  [[nodiscard]] const std::string& app_name() const { return app_name_; }
  [[nodiscard]] std::uint64_t waiting_operations() const;
  /// The growth of the counts since the last call.
  [[nodiscard]] GateCounts take_counts();

 private:
  struct Message {
    std::string bytes;
    std::size_t sent_bytes = 0;
    Time queued_at;
    bool operation;
  };
  struct Lane {
    MessageSplitter splitter;
    std::deque<Message> waiting;
    std::size_t waiting_bytes = 0;
    bool ended = false;  // no more bytes will be read into it
    bool dead = false;   // no more bytes can be written from it
  };

  static bool has_due(const Lane& lane, const GateFaults& faults, Time now);
  static bool read_into(Lane& lane, int from);
  static void queue(Lane& lane, std::string bytes, bool operation, Time now);
  std::uint64_t write_from(Lane& lane, int to, const GateFaults& faults, Time now);
  void take_requests(Time now);
  void take_answers(const GateFaults& faults, Time now);
  void finish_connecting();
  void end_what_is_over();

  int client_;
  int server_;
  bool connecting_ = true;
  bool has_handshake_ = false;
  bool lost_answers_ = false;
  bool told_server_the_end_ = false;
  std::string app_name_;
  Lane requests_;
  Lane answers_;
  std::unordered_set<std::int32_t> open_operations_;  // ids of requests that have no answer yet
  GateCounts fresh_{.accepted = 1};
};

}  // namespace parley::test
