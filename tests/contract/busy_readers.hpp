// Occupies every reader thread of a store with a job that waits, so that no other read job runs.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <latch>
#include <mutex>
#include <stdexcept>

#include "store/session_log.hpp"

namespace parley::test {

class BusyReaders {
 public:
  ~BusyReaders() { end(); }

  /// Returns when all `threads` are busy.
  void start(store::SessionLog& log, std::size_t threads) {
    busy_ = true;
    std::latch begun(static_cast<std::ptrdiff_t>(threads));
    for (std::size_t index = 0; index < threads; ++index) {
      const auto accepted = log.read([this, &begun](store::LogReader&) {
        std::unique_lock lock(mutex_);
        begun.count_down();
        changed_.wait(lock, [this] { return !busy_; });
      });
      if (!accepted) throw std::runtime_error("the pool refused");
    }
    begun.wait();
  }
  void end() {
    {
      const std::lock_guard lock(mutex_);
      busy_ = false;
    }
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool busy_ = false;  // guarded by mutex_
};

}  // namespace parley::test
