// A place (`at`): the number of the process that gave it in the upper bits, its count in the lower 40. The places that this process gave to
// documents of the log, and up to where all of them are settled: written, never will be, or given up without knowing which. Whoever reads
// the log in the order of its places may go so far, and misses nothing who looks again at those given up. Threads: any; one lock.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <set>

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
  void settle(std::int64_t place) {
    const std::lock_guard lock(mutex_);
    open_.erase(place);
  }
  /// Its document was given up, but may still arrive until then.
  void abandon(std::int64_t place, SteadyTime until) {
    const std::lock_guard lock(mutex_);
    open_.erase(place);
    in_doubt_.emplace(place, until);
  }
  /// Every place up to here is settled.
  [[nodiscard]] std::int64_t settled() const {
    const std::lock_guard lock(mutex_);
    return open_.empty() ? last_ : *open_.begin() - 1;
  }
  /// How many after `at` are settled; all up to `at` are.
  [[nodiscard]] std::uint64_t settled_behind(std::int64_t at) const {
    const std::lock_guard lock(mutex_);
    return static_cast<std::uint64_t>(last_ - at) - open_.size();
  }
  /// Those given up, with when they can no longer arrive, in the order of their places.
  [[nodiscard]] std::map<std::int64_t, SteadyTime> in_doubt() const {
    const std::lock_guard lock(mutex_);
    return in_doubt_;
  }
  /// It has arrived, or its time was over when it was looked for.
  void resolve(std::int64_t place) {
    const std::lock_guard lock(mutex_);
    in_doubt_.erase(place);
  }

 private:
  mutable std::mutex mutex_;
  std::int64_t last_ = 0;                        // guarded by mutex_
  std::set<std::int64_t> open_;                  // guarded by mutex_
  std::map<std::int64_t, SteadyTime> in_doubt_;  // guarded by mutex_; not in open_
};

}  // namespace parley::store::mongo
