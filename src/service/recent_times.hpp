// When things happened in the last minute: how many, and the newest of them.
//
// Bounds  limits::recent_times_max times are kept; beyond, the number is counted by seconds, so it stays true to the second.
// Owner   Whoever locks: not safe by itself.
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
  /// The newest limits::recent_times_max of those, oldest first.
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
