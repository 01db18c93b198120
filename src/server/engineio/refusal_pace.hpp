// Slows down reading from a client whose events are refused: to limits::refusals_per_second, once limits::refusals_free are used up.
// Accepted events cost nothing, so an honest sender is never slowed down (docs/adr/0016).
#pragma once

#include <algorithm>
#include <chrono>

#include "base/clock.hpp"
#include "base/limits.hpp"

namespace parley::server {

class RefusalPace {
 public:
  /// One more refusal. Returns the time until which nothing should be read; a time in the past: reading may continue.
  SteadyTime count(SteadyTime now) {
    // Each refusal moves the time at which all of them are compensated; this time may lie ahead by the free ones.
    made_up_at_ = std::max(made_up_at_, now) + each;
    paused_until_ = std::max(paused_until_, made_up_at_ - free);
    return paused_until_;
  }
  [[nodiscard]] SteadyTime paused_until() const { return paused_until_; }
  /// Whether reading is paused, or was within `recently`: packets of the client may be waiting unread.
  [[nodiscard]] bool was_paused(SteadyTime now, std::chrono::milliseconds recently) const { return now < paused_until_ + recently; }

 private:
  static constexpr std::chrono::nanoseconds each = std::chrono::nanoseconds(std::chrono::seconds(1)) / limits::refusals_per_second;
  static constexpr std::chrono::nanoseconds free = each * limits::refusals_free;
  SteadyTime made_up_at_{};
  SteadyTime paused_until_{};
};

}  // namespace parley::server
