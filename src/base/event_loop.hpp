// One thread with its own loop. `server` implements it with Asio; tests drive one by hand.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace parley {

using Task = std::move_only_function<void()>;
using TimerId = std::uint64_t;  // 0 is never given out

class EventLoop {
 public:
  virtual ~EventLoop() = default;

  /// The place of this loop among its siblings, 0-based.
  [[nodiscard]] virtual std::size_t index() const = 0;
  [[nodiscard]] virtual bool in_this_thread() const = 0;

  /// Runs `task` on this loop's thread, later, never inside this call. Tasks of one caller run in the order posted.
  /// Threads: any.
  virtual void post(Task task) = 0;

  /// Runs `task` once on this loop's thread after `delay`, unless cancelled. Threads: this loop's only.
  virtual TimerId call_after(std::chrono::milliseconds delay, Task task) = 0;
  /// Forgets the timer; a timer that has run or was cancelled is no error. Threads: this loop's only.
  virtual void cancel(TimerId timer) = 0;
};

}  // namespace parley
