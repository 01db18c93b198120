// Names origins that are not allowed in the log: a browser tells its page no more than "failed", so the reason is found nowhere else.
#pragma once

#include <mutex>
#include <set>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/log_sink.hpp"

namespace parley {

/// Threads  Any.
/// Limits   An origin once in limits::refused_origins_window, and at most limits::refused_origins_max of them: strangers choose what they
/// send.
class RefusedOrigins {
 public:
  /// All outlive it. `component` is what a log line begins with.
  RefusedOrigins(LogSink& logs, Clock& clock, std::string_view component) : logs_(logs), clock_(clock), component_(component) {}

  /// A request from this origin got no permission. `path` says for what.
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
