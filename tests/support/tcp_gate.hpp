// A gate between Parley and a MongoDB server: a TCP proxy on 127.0.0.1 that makes network faults on request, on a thread of its own. It
// passes whole messages of MongoDB's protocol. It reads the handshake, so that a fault can apply only to the connections of one
// appName.
//
// Connections  The gate connects each accepted connection to the target at once. If the target refuses, the gate resets the client.
// Faults       Each fault lasts until it is removed; `heal` removes all. New connections have the faults too.
//              A fault is in force when its call returns.
//              For example, after `hold` no byte of a matching connection reaches the server.
// App name     Empty means every connection, with or without a name.
// Threads      Any thread may call anything.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace parley::test {

/// The gate's counts. `requests` excludes hello, isMaster and ping, which drivers send on their own.
struct GateCounts {
  std::uint64_t accepted = 0;   // connections in total
  std::uint64_t open = 0;       // connections now
  std::uint64_t requests = 0;   // passed to the server, whole
  std::uint64_t answers = 0;    // passed to the client, whole
  std::uint64_t held = 0;       // requests that `hold` delays now
  std::uint64_t swallowed = 0;  // answers lost by `swallow_answers`
  std::uint64_t writes = 0;     // to either socket: pieces under `slice`
};

class TcpGate {
 public:
  /// A gate in front of 127.0.0.1:`target_port`.
  explicit TcpGate(std::uint16_t target_port);
  ~TcpGate();  // resets every connection
  TcpGate(const TcpGate&) = delete;
  TcpGate& operator=(const TcpGate&) = delete;

  [[nodiscard]] std::uint16_t port() const;

  /// Delays requests. If the client closes, its waiting requests still reach the server at `release`: a write that arrives late.
  void hold(std::string_view app_name = {});
  /// Removes one `hold`; with an empty name, all of them.
  void release(std::string_view app_name = {});
  /// Delays every message, in both directions, by this much. Zero: no delay, and waiting messages are sent at once.
  void delay(std::chrono::milliseconds each_way);
  /// Limits every write to a socket to this many bytes. Zero: no limit.
  void slice(std::size_t piece_bytes_max);
  /// Loses answers: a request arrives at the server, but its answer does not arrive at the client.
  void swallow_answers(std::string_view app_name = {});
  /// Ends all `swallow_answers`. Resets the connections that lost an answer, because their clients still wait for it.
  void deliver_answers();
  /// Resets the current connections. Their waiting messages are lost.
  void cut(std::string_view app_name = {});
  /// Refuses new connections (ECONNREFUSED). Existing ones continue.
  void refuse();
  void accept();
  /// Removes every fault.
  void heal();

  [[nodiscard]] GateCounts counts(std::string_view app_name = {}) const;
  /// Waits until `so` accepts the counts. False after `patience`, a bound so that a hanging test fails; it is not a measurement.
  [[nodiscard]] bool wait_until(const std::function<bool(const GateCounts&)>& so, std::string_view app_name = {},
                                std::chrono::seconds patience = std::chrono::seconds{30}) const;

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
};

}  // namespace parley::test
