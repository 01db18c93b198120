// A process notes the time of day regularly. The next process reads the last note and can tell whether the clock jumped in between.
#pragma once

#include <optional>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace parley::store {

struct ClockLook {
  Timestamp at{};          // the time of day when the process last looked
  Timestamp even_since{};  // between this time and `at` the process saw no jump of the clock

  friend bool operator==(const ClockLook&, const ClockLook&) = default;
};

class ClockRecord {
 public:
  virtual ~ClockRecord() = default;
  /// Replaces the look noted before. Not awaited: if a look is lost, the next process is more careful, never less. Never blocks.
  /// Threads: any.
  virtual void note_clock(ClockLook look) = 0;
  /// Empty if no process has noted a look yet. Blocking: for reader threads.
  [[nodiscard]] virtual Result<std::optional<ClockLook>> last_clock_look() = 0;
};

}  // namespace parley::store
