// Logs origins that are not allowed. A browser shows its page only "failed", so the log is the only place with the reason.
#pragma once

#include <mutex>
#include <set>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/log_sink.hpp"

namespace parley {

/// Threads  Any.
/// Limits   Each origin once per limits::refused_origins_window, and at most limits::refused_origins_max origins:
///          anybody can send any origin.
class RefusedOrigins {
 public:
  /// All arguments must outlive the object. `component` is the component of the log lines.
  RefusedOrigins(LogSink& logs, Clock& clock, std::string_view component) : logs_(logs), clock_(clock), component_(component) {}

  /// Notes a request that was refused because of its origin. `path` is the path of the request.
  void note(std::string_view origin, std::string_view path);

 private:
  [[nodiscard]] bool is_new(const std::string& origin);

  LogSink& logs_;
  Clock& clock_;
  std::string_view component_;
  std::mutex mutex_;
  SteadyTime window_end_{};      // guarded by mutex_
  std::set<std::string> named_;  // in this window; guarded by mutex_
};

}  // namespace parley
