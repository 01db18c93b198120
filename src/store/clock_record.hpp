// Keeps the last look of a process at the time of day for the next process, which can tell whether the clock jumped in between.
#pragma once

#include <optional>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace parley::store {

struct ClockLook {
  Timestamp at{};          // the time of day at that look
  Timestamp even_since{};  // from then until `at` the time of day went on evenly, as far as was seen

  friend bool operator==(const ClockLook&, const ClockLook&) = default;
};

class ClockRecord {
 public:
  virtual ~ClockRecord() = default;
  /// Takes the place of the look before. Not awaited: one that is lost makes the next process careful, never careless. Never blocks.
  /// Threads: any.
  virtual void note_clock(ClockLook look) = 0;
  /// Nothing: nobody has noted one. Blocking: for reader threads.
  [[nodiscard]] virtual Result<std::optional<ClockLook>> last_clock_look() = 0;
};

}  // namespace parley::store
