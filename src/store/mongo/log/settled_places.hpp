// A place (`at`): the number of its process in the upper bits, a count in the lower 40. This class holds the places that this
// process gave to documents of the log, and the place up to which all are settled: written, never to be written, or given up with
// unknown result. A reader may read up to this place. Places that were given up must be read again later. Threads: any; one lock.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <set>

#include "base/clock.hpp"

namespace parley::store::mongo {

inline constexpr unsigned place_count_bits = 40;

/// The number just before the first place of the process with this number.
[[nodiscard]] inline std::int64_t first_place_of(std::int64_t number) {
  return number << place_count_bits;
}
/// The last place possible for a process that began at `first`.
[[nodiscard]] inline std::int64_t last_place_of(std::int64_t first) {
  return first | ((std::int64_t{1} << place_count_bits) - 1);
}

class SettledPlaces {
 public:
  /// Where the places of the process begin: its node's number in the upper bits, 0 below.
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
  /// The document was given up, but may still arrive until then.
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
  /// The number of settled places after `at`; all places up to `at` must be settled.
  [[nodiscard]] std::uint64_t settled_behind(std::int64_t at) const {
    const std::lock_guard lock(mutex_);
    return static_cast<std::uint64_t>(last_ - at) - open_.size();
  }
  /// The places given up, in order, each with the time after which its document cannot arrive any more.
  [[nodiscard]] std::map<std::int64_t, SteadyTime> in_doubt() const {
    const std::lock_guard lock(mutex_);
    return in_doubt_;
  }
  /// The document has arrived, or it was searched for after its time had passed.
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
