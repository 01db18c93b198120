// Counts events by key in fixed windows of one length. The window of a key starts with its first event (docs/api-contract.md §2.6, §6.3).
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>

#include "base/clock.hpp"
#include "base/limits.hpp"
#include "base/sharded_map.hpp"

namespace parley {

/// Limits   `windows_max` windows are in memory. Above this, the oldest are dropped, and their keys start anew.
/// Threads  Any.
template <typename Key, typename Hash = std::hash<Key>>
class RateWindows {
 public:
  explicit RateWindows(std::chrono::milliseconds length, std::size_t windows_max = limits::rate_entries_max)
      : length_(length), windows_(windows_max) {}

  struct Admission {
    bool admitted = true;
    std::uint32_t left = 0;              // until the limit
    SteadyTime::duration window_rest{};  // until the window ends
  };
  /// Counts `amount` events, except if the window has `limit` events already. The next call may name another limit.
  template <typename Lookup>
  Admission admit(const Lookup& key, std::uint32_t limit, SteadyTime now, std::uint32_t amount = 1) {
    return windows_.with(key, [&](Windows& windows, const auto& hashed) -> Admission {
      drop_ended(windows, now);
      Window& window = windows.try_put(hashed, now, 0U).value;
      const SteadyTime::duration rest = window.start + length_ - now;
      if (window.count >= limit) return {false, 0, rest};
      window.count += std::min(amount, std::numeric_limits<std::uint32_t>::max() - window.count);
      return {true, limit - std::min(limit, window.count), rest};
    });
  }
  /// True if `admit` would refuse. Counts nothing.
  template <typename Lookup>
  [[nodiscard]] bool is_used_up(const Lookup& key, std::uint32_t limit, SteadyTime now) const {
    return windows_.with(key, [&](const Windows& windows, const auto& hashed) {
      const Window* const window = windows.find(hashed);
      return window != nullptr && now < window->start + length_ && window->count >= limit;
    });
  }
  /// Windows in memory; some of them may have ended.
  [[nodiscard]] std::size_t size() const { return windows_.size(); }

 private:
  struct Window {
    SteadyTime start;
    std::uint32_t count = 0;
  };
  using Table = ShardedMap<Key, Window, Hash>;
  using Windows = typename Table::Map;

  /// All windows have the same length, so the oldest one ends first.
  void drop_ended(Windows& windows, SteadyTime now) const {
    for (const Window* oldest = windows.oldest(); oldest != nullptr && oldest->start + length_ <= now; oldest = windows.oldest())
      windows.drop_oldest();
  }

  const std::chrono::milliseconds length_;
  Table windows_;
};

}  // namespace parley
