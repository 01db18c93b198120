// The automatic upkeep (docs/api-contract.md §7). Every UpkeepConfig::interval, and once shortly after the start, it ends sessions that
// nobody joined and sessions that nobody ended.
//
// An end cannot be undone, so ages count from the last jump of the clock (service/use_cases/clock_watch.hpp). The clock is checked every
// limits::clock_look_interval, and the result is stored for the next process.
//
// Time comes from the loop's timers and the clock. One sweep runs at a time; the next is due one interval after the last one ended. A sweep
// that failed as a whole (overloaded, store failed) is logged and repeated sooner. The upkeep stops when the service drains.
#pragma once

#include <optional>

#include "service/session/router.hpp"
#include "service/shared/alive.hpp"
#include "service/use_cases/clock_watch.hpp"

namespace parley::service {

class Upkeep {
 public:
  explicit Upkeep(Router& router) : router_(router), watch_(router.context().deps.clock) {}

  /// Call it once. The upkeep runs on the first loop from then on. Threads: any.
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
