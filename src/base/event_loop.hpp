// One thread with its own event loop. `server` implements it with epoll. Tests drive one step by step.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace parley {

using Task = std::move_only_function<void()>;
using TimerId = std::uint64_t;  // 0 is never used

class EventLoop {
 public:
  virtual ~EventLoop() = default;

  /// The 0-based number of this loop among the loops of the server.
  [[nodiscard]] virtual std::size_t index() const = 0;
  [[nodiscard]] virtual bool in_this_thread() const = 0;

  /// Runs `task` later on this loop's thread, never inside this call. Tasks of one caller run in the order in which they were posted.
  /// Threads: any.
  virtual void post(Task task) = 0;

  /// Runs `task` once on this loop's thread when it has nothing else to do, before it waits. The task only takes note: it posts nothing and
  /// starts nothing on this loop. Threads: only this loop's.
  virtual void when_idle(Task task) = 0;

  /// Runs `task` once on this loop's thread after `delay`, unless cancelled. Threads: only this loop's.
  virtual TimerId call_after(std::chrono::milliseconds delay, Task task) = 0;
  /// Cancels the timer. Does nothing if the timer has already run or was cancelled. Threads: only this loop's.
  virtual void cancel(TimerId timer) = 0;
};

}  // namespace parley
