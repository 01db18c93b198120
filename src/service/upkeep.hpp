// What the server does by itself (docs/api-contract.md §7): every UpkeepConfig::interval, and once shortly after the start, sessions
// that nobody joined and sessions that nobody ended are ended.
//
// Time comes from the loop's timers and the clock. One sweep at a time; the next one is due an interval after the last one ended. A
// sweep that failed as a whole (overloaded, store failed) is logged and tried again sooner. Ends when the service drains.
#pragma once

#include "service/alive.hpp"
#include "service/router.hpp"

namespace parley::service {

class Upkeep {
 public:
  explicit Upkeep(Router& router) : router_(router) {}

  /// Threads: any; once. Runs on the first loop from then on.
  void start();

 private:
  void arm(std::chrono::milliseconds delay);
  void run();

  Router& router_;
  Alive alive_;
};

}  // namespace parley::service
