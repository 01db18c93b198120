// Times of pings and timeouts (Engine.IO protocol v4, "Heartbeat"): the server pings, the client answers. Contains no clock.
#pragma once

#include <chrono>
#include <cstdint>

#include "base/clock.hpp"

namespace parley::protocol::engineio {

class Heartbeat {
 public:
  Heartbeat(std::chrono::milliseconds interval, std::chrono::milliseconds timeout, SteadyTime now);

  enum class Due : std::uint8_t { nothing, ping, timed_out };
  /// The action due at `now`. `ping` is returned once per interval and starts the timeout; `timed_out` is returned from then on.
  ///
  /// A timer fires a little late. The timeout counts from the time when the ping was due, so that it matches the protocol exactly. After a
  /// long stall of this process it counts from `now`; otherwise all clients would time out at once.
  [[nodiscard]] Due at(SteadyTime now);
  /// The client answered: the next ping is due after one interval. A pong without a ping counts in the same way.
  void on_pong(SteadyTime now);
  /// The next time at which `at` returns an action.
  [[nodiscard]] SteadyTime next() const { return next_; }

 private:
  std::chrono::milliseconds interval_;
  std::chrono::milliseconds timeout_;
  SteadyTime next_;
  bool waiting_ = false;  // for a pong
};

}  // namespace parley::protocol::engineio
