// An event loop that a test drives by hand: tasks run only when the test runs them, and timers fire only when it advances the time.
//
// The thread that constructs the loop is its thread. Other threads (a committer, a reader) may call `post`, and `run_until` waits for their
// tasks. Only the loop's thread may call the other functions.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

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
  void when_idle(Task task) override { for_idle_.push_back(std::move(task)); }
  TimerId call_after(std::chrono::milliseconds delay, Task task) override;
  void cancel(TimerId timer) override;

  /// Runs the posted tasks, and the tasks that these post, until none is left. Returns the number of tasks that ran.
  std::size_t run_pending();
  /// Runs one task; false if there is none, and then what waited for the loop to be idle has run. For tests that try interleavings.
  bool run_one();
  /// Advances this loop's time and fires the due timers in order. Runs the pending tasks before and after each timer.
  void advance(std::chrono::milliseconds by);
  /// Runs tasks, and waits for tasks of other threads, until `done` returns true. False if it does not within `patience` (real time: a
  /// bound so that a hanging test fails, not a measurement).
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
  std::deque<Task> tasks_;      // guarded by mutex_
  std::vector<Task> for_idle_;  // run when no task is left
  std::chrono::milliseconds elapsed_{0};
  TimerId next_timer_ = 1;
  std::multimap<std::chrono::milliseconds, Timer> timers_;  // by due time; timers of the same time fire in order of call
};

/// Runs all loops until none has a task left. For tests with several loops on one thread.
std::size_t run_all(std::initializer_list<ManualLoop*> loops);

}  // namespace parley::test
