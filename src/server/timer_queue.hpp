// The timers of one loop: what is due when. A heap, because ten thousand connections each keep one and few ever ring.
// Knows no clock; the loop says what time it is. Cancelled timers leave at once, their place in the heap when it is their turn.
#pragma once

#include <cstddef>
#include <optional>
#include <unordered_map>
#include <vector>

#include "base/clock.hpp"
#include "base/event_loop.hpp"

namespace parley::server {

/// Threads: the loop's only.
class TimerQueue {
 public:
  TimerId add(SteadyTime due, Task task);
  /// A timer that has run or was cancelled is no error.
  void cancel(TimerId timer);

  /// When to call `run_due` next; nothing when there is no timer.
  [[nodiscard]] std::optional<SteadyTime> next_due();
  /// Runs what is due, earliest first, those of one moment in the order added. Timers added meanwhile wait for the next call, so a
  /// timer that sets itself anew without delay cannot hold the loop.
  void run_due(SteadyTime now);

  [[nodiscard]] std::size_t size() const { return tasks_.size(); }

 private:
  struct Place {
    SteadyTime due;
    TimerId id;
  };
  static bool later(const Place& left, const Place& right);
  void drop_cancelled_top();
  void compact_when_mostly_cancelled();

  std::vector<Place> heap_;  // the earliest on top
  std::unordered_map<TimerId, Task> tasks_;
  TimerId last_id_ = 0;
};

}  // namespace parley::server
