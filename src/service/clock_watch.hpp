// Whether the time of day can be relied on for acts that cannot be undone: since when it has gone on evenly. A jump, of the time of day
// against the steady clock or against what the process before wrote down, begins anew. So an age is certain only when it lies within.
// Owner: one loop's thread.
#pragma once

#include <optional>

#include "base/clock.hpp"
#include "store/clock_record.hpp"

namespace parley::service {

class ClockWatch {
 public:
  explicit ClockWatch(const Clock& clock) : clock_(clock) {}

  /// The first look. `last`: of the process before; nothing: it is not known. True: the clock jumped since.
  bool begin(const std::optional<store::ClockLook>& last);
  /// True: the clock jumped by more than limits::clock_jump_max since the look before.
  bool look();
  [[nodiscard]] const store::ClockLook& last() const { return last_; }
  /// Whether something of this age at the last look is that old for certain.
  [[nodiscard]] bool knows_age(std::chrono::milliseconds age) const { return last_.at - last_.even_since >= age; }

 private:
  const Clock& clock_;
  store::ClockLook last_;
  SteadyTime steady_at_{};
};

}  // namespace parley::service
