// A few threads that run read jobs, so that no event loop ever waits for
// a disk or a database. The engine makes a new LogReader for each job.
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
  /// Finishes the running jobs, drops the queued ones and ends the threads. At this time no client waits for an answer any more.
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
