#include "store/embedded/reader_pool.hpp"

#include <pthread.h>

#include <optional>
#include <utility>

#include "base/assert.hpp"
#include "base/limits.hpp"
#include "domain/error_code.hpp"
#include "store/embedded/log_view.hpp"

namespace parley::store::embedded {

namespace {

/// Takes its snapshot at the first read: jobs that only ask the directory need none.
class Reader final : public LogReader {
 public:
  Reader(const Database& database, StoreState& state, KeyIndex& keys)
      : database_(database), state_(state), keys_(keys), latest_(database, state, LogView::Moment::latest) {}

  Result<std::optional<domain::EncodedEntry>> last(SessionNumber session) override { return view().last(session); }
  Result<domain::EncodedEntry> entry(SessionNumber session, std::uint32_t seq) override { return view().entry(session, seq); }
  Result<std::vector<domain::EncodedEntry>> range(SessionNumber session, std::uint32_t first, std::size_t count) override {
    return view().range(session, first, count);
  }
  Result<std::optional<std::uint32_t>> find_key(SessionNumber session, const Key16& key) override {
    return keys_.find(view(), latest_, session, key);
  }
  Result<std::vector<std::uint32_t>> deleted(SessionNumber session) override { return view().deleted(session); }

 private:
  LogView& view() {
    if (!view_) view_.emplace(database_, state_, LogView::Moment::snapshot);
    return *view_;
  }

  const Database& database_;
  StoreState& state_;
  KeyIndex& keys_;
  LogView latest_;
  std::optional<LogView> view_;
};

}  // namespace

ReaderPool::ReaderPool(const Database& database, StoreState& state, KeyIndex& keys, std::size_t threads)
    : database_(database), state_(state), keys_(keys) {
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
  pthread_setname_np(pthread_self(), "store-read");  // as tools that list threads show it
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
    if (jobs_.empty()) return;
    SessionLog::ReadJob job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    {
      Reader reader(database_, state_, keys_);
      job(reader);
      job = {};  // what it holds goes while no lock is held
    }
    lock.lock();
  }
}

void ReaderPool::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_)
    if (thread.joinable()) thread.join();
}

std::size_t ReaderPool::waiting() const {
  const std::lock_guard lock(mutex_);
  return jobs_.size();
}

}  // namespace parley::store::embedded
