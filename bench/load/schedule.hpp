// The due time of each message of an open loop. The schedule ignores answers, so a slow server does not slow it down. Latency counts from
// the due time, so every message that a stall delayed shows the whole delay.
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

  /// The due time of the next message, as an offset from the start. Does not advance.
  [[nodiscard]] std::chrono::nanoseconds due() const { return std::chrono::nanoseconds(static_cast<std::int64_t>(due_)); }
  /// Advances to the message after it.
  void advance();

 private:
  double gap_nanoseconds_;
  Arrivals arrivals_;
  Random random_;
  std::uint64_t index_ = 0;
  double due_ = 0;
};

}  // namespace parley::bench
