#include "service/shared/rate_limiter.hpp"

namespace parley::service {

RateLimiter::Verdict RateLimiter::admit(const UserId& user, EventKind kind, std::uint32_t limit) {
  if (limit == 0) return {};
  const SteadyTime now = clock_.steady_now();
  Shard& shard = shards_[std::hash<UserId>{}(user) % shard_count];
  const std::lock_guard lock(shard.mutex);
  forget_old(shard, now);
  const auto [window, added] = shard.windows.try_emplace({user, kind}, Window{now, 0});
  if (added) shard.by_start.emplace_back(now, Key{user, kind});
  if (window->second.count >= limit) {
    const auto rest = std::chrono::ceil<std::chrono::milliseconds>(window->second.start + window_ - now);
    return {false, rest.count()};
  }
  ++window->second.count;
  return {};
}

void RateLimiter::forget_old(Shard& shard, SteadyTime now) const {
  while (!shard.by_start.empty()) {
    const auto& [start, key] = shard.by_start.front();
    const bool over = start + window_ <= now;
    if (!over && shard.windows.size() < shard_entries_max) return;
    shard.windows.erase(key);
    shard.by_start.pop_front();
  }
}

std::size_t RateLimiter::size() const {
  std::size_t total = 0;
  for (const Shard& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    total += shard.windows.size();
  }
  return total;
}

}  // namespace parley::service
