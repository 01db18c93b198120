#include "support/manual_loop.hpp"

#include <algorithm>
#include <utility>

namespace parley::test {

void ManualLoop::post(Task task) {
  {
    const std::lock_guard lock(mutex_);
    tasks_.push_back(std::move(task));
  }
  posted_.notify_one();
}

TimerId ManualLoop::call_after(std::chrono::milliseconds delay, Task task) {
  const TimerId id = next_timer_++;
  timers_.emplace(elapsed_ + std::max(delay, std::chrono::milliseconds{0}), Timer{id, std::move(task)});
  return id;
}

void ManualLoop::cancel(TimerId timer) {
  std::erase_if(timers_, [timer](const auto& entry) { return entry.second.id == timer; });
}

bool ManualLoop::run_one() {
  Task task;
  {
    const std::lock_guard lock(mutex_);
    if (!tasks_.empty()) {
      task = std::move(tasks_.front());
      tasks_.pop_front();
    }
  }
  if (task) return task(), true;
  for (Task& idle : std::exchange(for_idle_, {})) idle();
  return false;
}

std::size_t ManualLoop::run_pending() {
  std::size_t count = 0;
  while (run_one()) ++count;
  return count;
}

void ManualLoop::advance(std::chrono::milliseconds by) {
  const auto target = elapsed_ + by;
  run_pending();
  while (!timers_.empty() && timers_.begin()->first <= target) {
    auto node = timers_.extract(timers_.begin());
    elapsed_ = std::max(elapsed_, node.key());
    node.mapped().task();
    run_pending();
  }
  elapsed_ = target;
}

bool ManualLoop::run_until(const std::function<bool()>& done, std::chrono::seconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!done()) {
    if (run_one()) continue;
    std::unique_lock lock(mutex_);
    // Also wakes every two milliseconds, because other threads may make `done` true without a post.
    posted_.wait_for(lock, std::chrono::milliseconds{2}, [this] { return !tasks_.empty(); });
    if (tasks_.empty() && std::chrono::steady_clock::now() > deadline) return false;
  }
  return true;
}

std::size_t ManualLoop::pending_tasks() const {
  const std::lock_guard lock(mutex_);
  return tasks_.size();
}

std::size_t run_all(std::initializer_list<ManualLoop*> loops) {
  std::size_t count = 0;
  for (bool ran = true; ran;) {
    ran = false;
    for (ManualLoop* loop : loops) {
      const std::size_t ran_here = loop->run_pending();
      count += ran_here;
      ran = ran || ran_here > 0;
    }
  }
  return count;
}

}  // namespace parley::test
