#include "store/embedded/commit_rest.hpp"

#include <algorithm>
#include <utility>

namespace parley::store::embedded {

BatchTimes times_after_batch(SteadyTime began, std::size_t entries) {
  const auto rest = std::min<std::chrono::nanoseconds>(entries * limits::commit_rest_per_entry, limits::commit_rest_max);
  return {.earliest = began + std::min<std::chrono::nanoseconds>(rest, limits::commit_rest_min), .latest = began + rest};
}

void CommitRest::note_append(EventLoop& loop) {
  OfLoop& of = loops_[loop.index()];
  if (std::exchange(of.is_busy, true)) return;
  ++busy_;
  of.rest = this;
  // One pointer that keeps the whole rest alive: the task then fits into itself, without an allocation.
  loop.when_idle([of = std::shared_ptr<OfLoop>(shared_from_this(), &of)] { of->rest->note_idle(*of); });
}

void CommitRest::note_idle(OfLoop& loop) {
  loop.is_busy = false;
  if (--busy_ > 0) return;
  {
    const std::lock_guard lock(mutex_);
  }  // so that a wait which has just seen the old number is asleep before it is woken
  changed_.notify_one();
}

CommitCause CommitRest::wait(BatchTimes times) {
  std::unique_lock lock(mutex_);
  const SteadyTime now = clock_.steady_now();
  if (is_stopped_) return CommitCause::stopping;
  if (now >= times.latest) return CommitCause::no_rest;
  if (changed_.wait_for(lock, times.earliest - now, [this] { return is_stopped_; })) return CommitCause::stopping;
  const bool is_over = changed_.wait_for(lock, times.latest - clock_.steady_now(), [this] { return is_stopped_ || busy_ == 0; });
  if (is_stopped_) return CommitCause::stopping;
  return is_over ? CommitCause::loops_idle : CommitCause::rest_over;
}

void CommitRest::stop() {
  {
    const std::lock_guard lock(mutex_);
    is_stopped_ = true;
  }
  changed_.notify_one();
}

}  // namespace parley::store::embedded
