// Counts requests of a client in fixed windows. A window starts with the client's first request (docs/api-contract.md §2.6).
//
// Limits   limits::rate_entries_max windows over all shards. Beyond that, the oldest are dropped, and their clients start anew.
// Threads  any; each shard has its own lock.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.hpp"
#include "base/limits.hpp"

namespace parley::http_api {

/// The state of a client's window after one more request.
struct WindowState {
  std::uint32_t limit = 0;
  std::uint32_t window_seconds = 0;
  std::uint32_t remaining = 0;
  std::uint32_t reset_seconds = 0;  // until the window ends, rounded up
  enum class Verdict : std::uint8_t { within, over } verdict = Verdict::within;
};

class WindowLimiter {
 public:
  /// `limit` 0 switches the limiter off.
  WindowLimiter(std::uint32_t limit, std::chrono::seconds window, std::size_t entries_max = limits::rate_entries_max);

  [[nodiscard]] bool off() const { return limit_ == 0; }
  /// Counts one request, or `amount` of another unit. The limiter must not be off.
  WindowState count(std::string_view client, SteadyTime now, std::uint32_t amount = 1);
  /// True if one more request would be over the limit. Counts nothing.
  [[nodiscard]] bool is_used_up(std::string_view client, SteadyTime now);
  /// Windows in memory; some of them may have ended.
  [[nodiscard]] std::size_t size();

 private:
  struct Window {
    SteadyTime start;
    std::uint32_t requests = 0;
  };
  struct Shard {
    std::mutex mutex;  // guards both members
    std::unordered_map<std::string, Window> windows;
    std::deque<std::string> by_start;  // all windows have the same length, so the front one ends first
  };

  [[nodiscard]] Shard& shard_of(std::string_view client) { return shards_[std::hash<std::string_view>{}(client) % shards_.size()]; }
  void forget_ended(Shard& shard, SteadyTime now) const;

  std::uint32_t limit_;
  std::chrono::seconds window_;
  std::size_t shard_entries_max_;
  std::array<Shard, 16> shards_;
};

}  // namespace parley::http_api
