// A place (`at`): the number of the process that gave it in the upper bits, its count in the lower 40. The places that this process gave to
// documents of the log, and up to where all of them are settled: written, or never will be. Whoever reads the log in the order of its
// places may go so far and misses nothing. Threads: any; one lock.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <mutex>
#include <set>
#include <utility>

#include "base/clock.hpp"

namespace parley::store::mongo {

inline constexpr unsigned place_count_bits = 40;

/// Before the first place that the process of this number gives.
[[nodiscard]] inline std::int64_t first_place_of(std::int64_t number) {
  return number << place_count_bits;
}
/// The last place that a process can give that began at `first`.
[[nodiscard]] inline std::int64_t last_place_of(std::int64_t first) {
  return first | ((std::int64_t{1} << place_count_bits) - 1);
}

class SettledPlaces {
 public:
  /// The first place of the process: its node's number in the upper bits, 0 below.
  void begin(std::int64_t first) {
    const std::lock_guard lock(mutex_);
    last_ = first;
  }
  [[nodiscard]] std::int64_t draw() {
    const std::lock_guard lock(mutex_);
    open_.insert(++last_);
    return last_;
  }
  /// Does nothing to one that was abandoned.
  void settle(std::int64_t place) {
    const std::lock_guard lock(mutex_);
    const bool is_abandoned = std::ranges::any_of(abandoned_, [place](const auto& each) { return each.second == place; });
    if (!is_abandoned) open_.erase(place);
  }
  /// Its document was given up, but may still arrive until then.
  void abandon(std::int64_t place, SteadyTime until) {
    const std::lock_guard lock(mutex_);
    abandoned_.emplace_back(until, place);
  }
  /// Every place up to here is settled.
  [[nodiscard]] std::int64_t settled(SteadyTime now) {
    const std::lock_guard lock(mutex_);
    for (; !abandoned_.empty() && abandoned_.front().first <= now; abandoned_.pop_front()) open_.erase(abandoned_.front().second);
    return open_.empty() ? last_ : *open_.begin() - 1;
  }

 private:
  std::mutex mutex_;
  std::int64_t last_ = 0;                                      // guarded by mutex_
  std::set<std::int64_t> open_;                                // guarded by mutex_
  std::deque<std::pair<SteadyTime, std::int64_t>> abandoned_;  // guarded by mutex_; in open_ until then
};

}  // namespace parley::store::mongo
