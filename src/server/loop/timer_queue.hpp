// The timers of one loop, by due time. A heap, because each of ten thousand connections keeps a timer and few ever fire. Knows no clock:
// the loop passes the time. A cancelled task is destroyed at once; its place stays in the heap until it is due or the heap is compacted.
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
  /// Cancelling a timer that has run or was cancelled is no error.
  void cancel(TimerId timer);

  /// The time to call `run_due` next; nothing when there is no timer.
  [[nodiscard]] std::optional<SteadyTime> next_due();
  /// Runs the due timers, earliest first; timers of the same time run in the order added. Timers added meanwhile wait for the next call, so
  /// a timer that rearms itself without delay cannot block the loop.
  void run_due(SteadyTime now);

  [[nodiscard]] std::size_t size() const { return tasks_.size(); }

 private:
  struct Timer {
    SteadyTime due;
    TimerId id;
  };
  static bool later(const Timer& left, const Timer& right);
  void drop_cancelled_top();
  void compact_when_mostly_cancelled();

  std::vector<Timer> heap_;  // the earliest on top
  std::unordered_map<TimerId, Task> tasks_;
  TimerId last_id_ = 0;
};

}  // namespace parley::server
