// Decides whether the time of day is reliable enough for acts that cannot be undone. A jump, against the steady clock or against the time
// that the previous process noted, starts a new even period. An age is certain only when it lies within this period.
// Owner: one loop's thread.
#pragma once

#include <optional>

#include "base/clock.hpp"
#include "store/clock_record.hpp"

namespace parley::service {

class ClockWatch {
 public:
  explicit ClockWatch(const Clock& clock) : clock_(clock) {}

  /// The first look. `last`: the last look of the previous process; nothing: not known. Returns true if the clock jumped since then.
  bool begin(const std::optional<store::ClockLook>& last);
  /// Returns true if the clock jumped by more than limits::clock_jump_max since the previous look.
  bool look();
  [[nodiscard]] const store::ClockLook& last() const { return last_; }
  /// Whether an age, measured at the last look, is certain.
  [[nodiscard]] bool knows_age(std::chrono::milliseconds age) const { return last_.at - last_.even_since >= age; }

 private:
  const Clock& clock_;
  store::ClockLook last_;
  SteadyTime steady_at_{};
};

}  // namespace parley::service
