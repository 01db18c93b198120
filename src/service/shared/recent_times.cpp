#include "service/shared/recent_times.hpp"

#include <algorithm>

#include "base/limits.hpp"

namespace parley::service {

namespace {

using namespace std::chrono_literals;

std::int64_t second_of(Timestamp time) {
  return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

}  // namespace

void RecentTimes::note(Timestamp now) {
  if (times_.size() == limits::recent_times_max) times_.pop_front();
  times_.push_back(now);
  const std::int64_t second = second_of(now);
  Second& slot = seconds_[static_cast<std::size_t>(second) % seconds_.size()];
  if (slot.since_epoch != second) slot = {second, 0};
  ++slot.count;
}

std::uint64_t RecentTimes::count(Timestamp now) const {
  const bool all_are_kept = times_.size() < limits::recent_times_max || times_.front() <= now - 60s;
  if (all_are_kept) return newest(now).size();
  std::uint64_t count = 0;
  for (const Second& slot : seconds_) {
    if (slot.since_epoch > second_of(now) - 60) count += slot.count;
  }
  return count;
}

std::vector<Timestamp> RecentTimes::newest(Timestamp now) const {
  const auto first = std::ranges::find_if(times_, [now](Timestamp time) { return time > now - 60s; });
  return {first, times_.end()};
}

}  // namespace parley::service
