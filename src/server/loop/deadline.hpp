// A deadline that moves often: an idle limit, a heartbeat. Moving it later costs nothing: the timer fires early and then only checks again.
// So a busy connection sets no timers.
#pragma once

#include <functional>
#include <optional>
#include <utility>

#include "server/loop/loop.hpp"

namespace parley::server {

/// Threads: the loop's only.
class Deadline {
 public:
  Deadline(Loop& loop, std::function<void()> on_due) : loop_(loop), on_due_(std::move(on_due)) {}
  ~Deadline() { loop_.cancel(timer_); }
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;

  void set(SteadyTime due);
  void clear() { due_.reset(); }

 private:
  void arm();
  void ring();

  Loop& loop_;
  std::function<void()> on_due_;  // may destroy this
  std::optional<SteadyTime> due_;
  SteadyTime armed_for_{};
  TimerId timer_ = 0;  // 0: not armed
};

}  // namespace parley::server
