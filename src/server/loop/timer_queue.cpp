#include "server/loop/timer_queue.hpp"

#include <algorithm>
#include <utility>

namespace parley::server {

namespace {
constexpr std::size_t compact_above = 1024;  // below this, keeping cancelled timers costs less than removing them
}

bool TimerQueue::later(const Timer& left, const Timer& right) {
  return left.due != right.due ? left.due > right.due : left.id > right.id;
}

TimerId TimerQueue::add(SteadyTime due, Task task) {
  const TimerId id = ++last_id_;
  tasks_.emplace(id, std::move(task));
  heap_.push_back({due, id});
  std::push_heap(heap_.begin(), heap_.end(), later);
  return id;
}

void TimerQueue::cancel(TimerId timer) {
  if (tasks_.erase(timer) != 0) compact_when_mostly_cancelled();
}

std::optional<SteadyTime> TimerQueue::next_due() {
  drop_cancelled_top();
  if (heap_.empty()) return std::nullopt;
  return heap_.front().due;
}

void TimerQueue::run_due(SteadyTime now) {
  const TimerId newest = last_id_;
  std::vector<Timer> too_young;
  for (drop_cancelled_top(); !heap_.empty() && heap_.front().due <= now; drop_cancelled_top()) {
    const Timer timer = heap_.front();
    std::pop_heap(heap_.begin(), heap_.end(), later);
    heap_.pop_back();
    if (timer.id > newest) {
      too_young.push_back(timer);
      continue;
    }
    auto found = tasks_.find(timer.id);
    Task task = std::move(found->second);
    tasks_.erase(found);
    task();
  }
  for (const Timer& timer : too_young) {
    heap_.push_back(timer);
    std::push_heap(heap_.begin(), heap_.end(), later);
  }
}

void TimerQueue::drop_cancelled_top() {
  while (!heap_.empty() && !tasks_.contains(heap_.front().id)) {
    std::pop_heap(heap_.begin(), heap_.end(), later);
    heap_.pop_back();
  }
}

void TimerQueue::compact_when_mostly_cancelled() {
  if (heap_.size() < compact_above || heap_.size() < 2 * tasks_.size()) return;
  std::erase_if(heap_, [this](const Timer& timer) { return !tasks_.contains(timer.id); });
  std::make_heap(heap_.begin(), heap_.end(), later);
}

}  // namespace parley::server
