// When to ping and when to give up (Engine.IO protocol v4, "Heartbeat"): the server pings, the client answers. No clock in here.
#pragma once

#include <chrono>
#include <cstdint>

#include "base/clock.hpp"

namespace parley::protocol::engineio {

class Heartbeat {
 public:
  Heartbeat(std::chrono::milliseconds interval, std::chrono::milliseconds timeout, SteadyTime now);

  enum class Due : std::uint8_t { nothing, ping, timed_out };
  /// What is due at `now`. `ping` is said once an interval and starts the timeout; `timed_out` stays said.
  [[nodiscard]] Due at(SteadyTime now);
  /// The client answered: the next ping is an interval away. A pong nobody asked for counts alike.
  void on_pong(SteadyTime now);
  /// When `at` will next have something to say.
  [[nodiscard]] SteadyTime next() const { return next_; }

 private:
  std::chrono::milliseconds interval_;
  std::chrono::milliseconds timeout_;
  SteadyTime next_;
  bool waiting_ = false;  // for a pong
};

}  // namespace parley::protocol::engineio
