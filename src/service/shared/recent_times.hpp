// Counts events of the last minute and keeps the times of the newest.
//
// Bounds  limits::recent_times_max times are kept; beyond this, only counts per second are kept, so the result is accurate to one second.
// Owner   The holder of a lock: the class itself is not thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <vector>

#include "base/clock.hpp"

namespace parley::service {

class RecentTimes {
 public:
  void note(Timestamp now);
  /// In the last 60 s.
  [[nodiscard]] std::uint64_t count(Timestamp now) const;
  /// The newest limits::recent_times_max of them, oldest first.
  [[nodiscard]] std::vector<Timestamp> newest(Timestamp now) const;

 private:
  struct Second {
    std::int64_t since_epoch = -1;
    std::uint64_t count = 0;
  };
  std::array<Second, 60> seconds_{};
  std::deque<Timestamp> times_;
};

}  // namespace parley::service
