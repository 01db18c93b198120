#include "store/common/reader_pool.hpp"

#include <pthread.h>

#include <utility>

#include "base/assert.hpp"
#include "base/idle_memory.hpp"
#include "base/limits.hpp"
#include "domain/error_code.hpp"

namespace parley::store {

ReaderPool::ReaderPool(MakeReader make_reader, std::size_t threads) : make_reader_(std::move(make_reader)) {
  PARLEY_ASSERT(threads >= 1 && threads <= limits::reader_threads_max);
  for (std::size_t index = 0; index < threads; ++index) threads_.emplace_back([this] { serve(); });
}

ReaderPool::~ReaderPool() {
  stop();
}

Result<void> ReaderPool::run(SessionLog::ReadJob job) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return refuse(ErrorCode::store_failed, "The store is stopped");
    if (jobs_.size() >= limits::read_queue_jobs_max)
      return std::unexpected(Error{ErrorCode::overloaded, "The server is overloaded", {}, limits::read_retry_after.count()});
    jobs_.push_back(std::move(job));
  }
  changed_.notify_one();
  return {};
}

void ReaderPool::serve() {
  pthread_setname_np(pthread_self(), "store-read");  // the name shown by tools that list threads
  std::unique_lock lock(mutex_);
  for (;;) {
    wait_for_work(changed_, lock, [this] { return stopping_ || !jobs_.empty(); });
    if (stopping_) return;
    SessionLog::ReadJob job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    {
      const auto reader = make_reader_();
      job(*reader);
      job = {};  // destroys the job's captures while no lock is held
    }
    lock.lock();
  }
}

void ReaderPool::stop() {
  std::deque<SessionLog::ReadJob> dropped;  // destroyed at the end, after the threads have ended and while no lock is held
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    dropped.swap(jobs_);
  }
  changed_.notify_all();
  for (std::thread& thread : threads_)
    if (thread.joinable()) thread.join();
}

std::size_t ReaderPool::waiting() const {
  const std::lock_guard lock(mutex_);
  return jobs_.size();
}

}  // namespace parley::store
