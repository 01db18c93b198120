// What the server does by itself (docs/api-contract.md §7): every UpkeepConfig::interval, and once shortly after the start, sessions
// that nobody joined and sessions that nobody ended are ended.
//
// An end cannot be undone, so ages count from the last jump of the clock (service/clock_watch.hpp). The clock is looked at every
// limits::clock_look_interval, and what was seen is written down for the next process.
//
// Time comes from the loop's timers and the clock. One sweep at a time; the next one is due an interval after the last one ended. A
// sweep that failed as a whole (overloaded, store failed) is logged and tried again sooner. Ends when the service drains.
#pragma once

#include <optional>

#include "service/alive.hpp"
#include "service/clock_watch.hpp"
#include "service/router.hpp"

namespace parley::service {

class Upkeep {
 public:
  explicit Upkeep(Router& router) : router_(router), watch_(router.context().deps.clock) {}

  /// Threads: any; once. Runs on the first loop from then on.
  void start();

 private:
  void read_last_look();
  void begin(const std::optional<store::ClockLook>& last);
  void arm_look();
  void look();
  void note(bool jumped);
  void arm(std::chrono::milliseconds delay);
  void run();

  Router& router_;
  ClockWatch watch_;
  Alive alive_;
};

}  // namespace parley::service
