// A gate between Parley and a MongoDB server: a TCP proxy on 127.0.0.1, on a thread of its own, that makes the network's faults at a test's
// word. It passes whole messages of MongoDB's protocol and reads the handshake, so that a fault can be for the connections of one appName
// alone.
//
// Connections  An accepted connection is connected to the target at once; when the target refuses, the client is reset.
// Faults       Each lasts until it is taken back; `heal` takes all back. When a call returns, the fault is in force: after `hold`, no byte
// of a
//              matching connection goes on to the server. New connections are under the faults too.
// App name     Empty means every connection, named or not.
// Threads      Any thread may call anything.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace parley::test {

/// What a gate has seen. hello, isMaster and ping, which drivers say on their own, are not counted as requests.
struct GateCounts {
  std::uint64_t accepted = 0;   // connections ever
  std::uint64_t open = 0;       // connections now
  std::uint64_t requests = 0;   // passed to the server, whole
  std::uint64_t answers = 0;    // passed to the client, whole
  std::uint64_t held = 0;       // requests that wait behind `hold` now
  std::uint64_t swallowed = 0;  // answers that `swallow_answers` has lost
  std::uint64_t writes = 0;     // to either socket: pieces under `slice`
};

class TcpGate {
 public:
  /// In front of 127.0.0.1:`target_port`.
  explicit TcpGate(std::uint16_t target_port);
  ~TcpGate();  // resets every connection
  TcpGate(const TcpGate&) = delete;
  TcpGate& operator=(const TcpGate&) = delete;

  [[nodiscard]] std::uint16_t port() const;

  /// Client → server waits. What waits of a client that closes goes on to the server at `release`: a write that lands late.
  void hold(std::string_view app_name = {});
  /// Takes back one `hold`; with an empty name, all of them.
  void release(std::string_view app_name = {});
  /// Every message, in both directions, goes on that much later. Zero: at once, what waits too.
  void delay(std::chrono::milliseconds each_way);
  /// Every write to a socket has at most so many bytes. Zero: as many as there are.
  void slice(std::size_t piece_bytes_max);
  /// Server → client is lost: the request arrives, its answer does not.
  void swallow_answers(std::string_view app_name = {});
  /// Takes all `swallow_answers` back and resets the connections that have lost an answer, since their client waits for it.
  void deliver_answers();
  /// Resets the connections there are, with what waits in them.
  void cut(std::string_view app_name = {});
  /// New connections are refused (ECONNREFUSED); those there are live on.
  void refuse();
  void accept();
  /// Takes every fault back.
  void heal();

  [[nodiscard]] GateCounts counts(std::string_view app_name = {}) const;
  /// Waits until the counts are so; false when they are not within `patience`, which is for a test that would hang and never a measure.
  [[nodiscard]] bool wait_until(const std::function<bool(const GateCounts&)>& so, std::string_view app_name = {},
                                std::chrono::seconds patience = std::chrono::seconds{30}) const;

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
};

}  // namespace parley::test
