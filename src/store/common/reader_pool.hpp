// A few threads that run read jobs, so that no event loop ever waits for a disk or a database. Each job gets a LogReader of its own,
// made by the engine.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "store/session_log.hpp"

namespace parley::store {

class ReaderPool {
 public:
  /// Called on a reader thread, once for each job.
  using MakeReader = std::function<std::unique_ptr<LogReader>()>;
  ReaderPool(MakeReader make_reader, std::size_t threads);
  ~ReaderPool();
  ReaderPool(const ReaderPool&) = delete;
  ReaderPool& operator=(const ReaderPool&) = delete;

  /// Threads: any. Errors: overloaded; store_failed after `stop`.
  [[nodiscard]] Result<void> run(SessionLog::ReadJob job);
  /// Finishes what is being read, drops what waits, and ends the threads: nobody is there to be answered any more.
  void stop();
  [[nodiscard]] std::size_t waiting() const;

 private:
  void serve();

  const MakeReader make_reader_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<SessionLog::ReadJob> jobs_;  // guarded by mutex_
  bool stopping_ = false;                 // guarded by mutex_
  std::vector<std::thread> threads_;
};

}  // namespace parley::store
