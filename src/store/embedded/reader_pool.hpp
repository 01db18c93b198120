// A few threads that run read jobs, so that no event loop ever waits for the disk. Each job gets a consistent look at what is committed
// when its first read begins.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "store/embedded/database.hpp"
#include "store/embedded/key_index.hpp"
#include "store/embedded/store_state.hpp"
#include "store/session_log.hpp"

namespace parley::store::embedded {

class ReaderPool {
 public:
  ReaderPool(const Database& database, StoreState& state, KeyIndex& keys, std::size_t threads);
  ~ReaderPool();
  ReaderPool(const ReaderPool&) = delete;
  ReaderPool& operator=(const ReaderPool&) = delete;

  /// Threads: any. Errors: overloaded; store_failed after `stop`.
  [[nodiscard]] Result<void> run(SessionLog::ReadJob job);
  /// Runs what was accepted, then ends the threads.
  void stop();
  [[nodiscard]] std::size_t waiting() const;

 private:
  void serve();

  const Database& database_;
  StoreState& state_;
  KeyIndex& keys_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<SessionLog::ReadJob> jobs_;  // guarded by mutex_
  bool stopping_ = false;                 // guarded by mutex_
  std::vector<std::thread> threads_;
};

}  // namespace parley::store::embedded
