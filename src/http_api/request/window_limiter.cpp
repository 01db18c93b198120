#include "http_api/request/window_limiter.hpp"

#include <algorithm>
#include <limits>

#include "base/assert.hpp"

namespace parley::http_api {

WindowLimiter::WindowLimiter(std::uint32_t limit, std::chrono::seconds window, std::size_t entries_max)
    : limit_(limit), window_(window), shard_entries_max_(std::max<std::size_t>(1, entries_max / shards_.size())) {}

WindowState WindowLimiter::count(std::string_view client, SteadyTime now, std::uint32_t amount) {
  PARLEY_ASSERT(!off());
  Shard& shard = shard_of(client);
  const std::lock_guard lock(shard.mutex);
  forget_ended(shard, now);
  const auto [entry, is_new] = shard.windows.try_emplace(std::string(client), Window{now});
  if (is_new) shard.by_start.push_back(entry->first);
  auto& window = entry->second;
  window.requests += std::min(amount, std::numeric_limits<std::uint32_t>::max() - window.requests);
  const auto reset = std::chrono::ceil<std::chrono::seconds>(window.start + window_ - now);
  return {limit_, static_cast<std::uint32_t>(window_.count()), window.requests >= limit_ ? 0 : limit_ - window.requests,
          static_cast<std::uint32_t>(reset.count()), window.requests > limit_ ? WindowState::Verdict::over : WindowState::Verdict::within};
}

bool WindowLimiter::is_used_up(std::string_view client, SteadyTime now) {
  if (off()) return false;
  Shard& shard = shard_of(client);
  const std::lock_guard lock(shard.mutex);
  const auto found = shard.windows.find(std::string(client));
  return found != shard.windows.end() && now < found->second.start + window_ && found->second.requests >= limit_;
}

std::size_t WindowLimiter::size() {
  std::size_t size = 0;
  for (Shard& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    size += shard.windows.size();
  }
  return size;
}

void WindowLimiter::forget_ended(Shard& shard, SteadyTime now) const {
  while (!shard.by_start.empty()) {
    const auto oldest = shard.windows.find(shard.by_start.front());
    PARLEY_ASSERT(oldest != shard.windows.end());
    if (now < oldest->second.start + window_ && shard.by_start.size() < shard_entries_max_) return;
    shard.windows.erase(oldest);
    shard.by_start.pop_front();
  }
}

}  // namespace parley::http_api
