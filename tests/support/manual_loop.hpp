// An event loop that a test drives by hand: nothing runs until the test says so, and timers fire only when it moves the time.
//
// The thread that constructs the loop is its thread. `post` may be called from others (a committer, a reader), which is what
// `run_until` waits for; everything else belongs to the loop's thread.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

#include "base/event_loop.hpp"

namespace parley::test {

class ManualLoop final : public EventLoop {
 public:
  explicit ManualLoop(std::size_t index = 0) : index_(index) {}
  ~ManualLoop() override = default;
  ManualLoop(const ManualLoop&) = delete;
  ManualLoop& operator=(const ManualLoop&) = delete;

  [[nodiscard]] std::size_t index() const override { return index_; }
  [[nodiscard]] bool in_this_thread() const override { return std::this_thread::get_id() == thread_; }
  void post(Task task) override;
  TimerId call_after(std::chrono::milliseconds delay, Task task) override;
  void cancel(TimerId timer) override;

  /// Runs what is posted, and what that posts, until nothing waits. Gives how many tasks ran.
  std::size_t run_pending();
  /// Runs one task; false when nothing waits. For tests that try interleavings.
  bool run_one();
  /// Moves this loop's time, firing the timers that become due in their order; runs what is pending before and after each.
  void advance(std::chrono::milliseconds by);
  /// Runs tasks, waiting for other threads to post them, until `done` holds. False when it does not within `patience`
  /// (real time: a bound for a test that would hang, never a thing to be measured).
  bool run_until(const std::function<bool()>& done, std::chrono::seconds patience = std::chrono::seconds{30});

  [[nodiscard]] std::size_t pending_tasks() const;
  [[nodiscard]] std::size_t pending_timers() const { return timers_.size(); }
  [[nodiscard]] std::chrono::milliseconds elapsed() const { return elapsed_; }

 private:
  struct Timer {
    TimerId id;
    Task task;
  };

  const std::size_t index_;
  const std::thread::id thread_ = std::this_thread::get_id();
  mutable std::mutex mutex_;
  std::condition_variable posted_;
  std::deque<Task> tasks_;  // guarded by mutex_
  std::chrono::milliseconds elapsed_{0};
  TimerId next_timer_ = 1;
  std::multimap<std::chrono::milliseconds, Timer> timers_;  // by due time; equal times in order of call
};

/// Runs all loops until none has anything to do: for tests with several loops on one thread.
std::size_t run_all(std::initializer_list<ManualLoop*> loops);

}  // namespace parley::test
