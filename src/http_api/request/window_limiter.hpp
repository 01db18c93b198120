// Counts requests of a client in fixed windows. A window starts with the client's first request (docs/api-contract.md §2.6).
//
// Limits   limits::rate_entries_max windows. Beyond that, the oldest are dropped, and their clients start anew.
// Threads  any.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/limits.hpp"
#include "base/rate_windows.hpp"

namespace parley::http_api {

/// The state of a client's window after one more request.
struct WindowState {
  std::uint32_t limit = 0;
  std::uint32_t window_seconds = 0;
  std::uint32_t remaining = 0;
  std::uint32_t reset_seconds = 0;  // until the window ends, rounded up
  bool is_over = false;             // this request is not admitted
};

class WindowLimiter {
 public:
  /// `limit` 0 switches the limiter off.
  WindowLimiter(std::uint32_t limit, std::chrono::seconds window, std::size_t entries_max = limits::rate_entries_max)
      : limit_(limit), window_(window), windows_(window, entries_max) {}

  [[nodiscard]] bool off() const { return limit_ == 0; }
  /// Counts one request, or `amount` of another unit, except if the client is over the limit. The limiter must not be off.
  WindowState count(std::string_view client, SteadyTime now, std::uint32_t amount = 1);
  /// True if one more request would be over the limit. Counts nothing.
  [[nodiscard]] bool is_used_up(std::string_view client, SteadyTime now) const {
    return !off() && windows_.is_used_up(client, limit_, now);
  }
  /// Windows in memory; some of them may have ended.
  [[nodiscard]] std::size_t size() const { return windows_.size(); }

 private:
  std::uint32_t limit_;
  std::chrono::seconds window_;
  RateWindows<std::string, std::hash<std::string_view>> windows_;
};

}  // namespace parley::http_api
