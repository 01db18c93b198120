// Memory that a thread has freed stays with its allocator until the thread allocates again. A thread that falls idle gives it back, so
// that a burst of large messages does not leave the server large.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>

namespace parley {

inline constexpr auto idle_before_memory_returns = std::chrono::seconds{1};

/// Set by main, before other threads start, to the call of the allocator. Null: memory stays where it is.
inline std::atomic<void (*)()> memory_returner = nullptr;

/// Gives the memory that the calling thread has freed back to the system.
inline void return_idle_memory() {
  if (auto* const give_back = memory_returner.load(std::memory_order_relaxed)) give_back();
}

/// Waits until `has_work()`, as `changed.wait` does. A wait that lasts gives the thread's memory back, once, with the lock released.
template <typename HasWork>
void wait_for_work(std::condition_variable& changed, std::unique_lock<std::mutex>& lock, HasWork has_work) {
  if (changed.wait_for(lock, idle_before_memory_returns, has_work)) return;
  lock.unlock();
  return_idle_memory();
  lock.lock();
  changed.wait(lock, has_work);
}

}  // namespace parley
