// When each message of an open loop is due. The schedule does not look at the answers: a server that falls behind does not slow
// it down, and latency is measured from the due time, so a stall is seen in full by every message that it delayed.
#pragma once

#include <chrono>
#include <cstdint>

#include "load/random.hpp"

namespace parley::bench {

enum class Arrivals : std::uint8_t { fixed, poisson };

class Schedule {
 public:
  /// `rate_per_second` > 0.
  Schedule(double rate_per_second, Arrivals arrivals, std::uint64_t seed);

  /// When the next message is due, as an offset from the start. Does not move on.
  [[nodiscard]] std::chrono::nanoseconds due() const { return std::chrono::nanoseconds(static_cast<std::int64_t>(due_)); }
  /// Moves on to the message after it.
  void advance();

 private:
  double gap_nanoseconds_;
  Arrivals arrivals_;
  Random random_;
  std::uint64_t index_ = 0;
  double due_ = 0;
};

}  // namespace parley::bench
