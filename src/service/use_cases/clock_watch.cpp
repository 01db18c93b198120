#include "service/use_cases/clock_watch.hpp"

#include "base/limits.hpp"

namespace parley::service {

bool ClockWatch::begin(const std::optional<store::ClockLook>& last) {
  last_.at = clock_.now();
  steady_at_ = clock_.steady_now();
  // The process may have been down for a long time, so time that moved forward is a jump only beyond limits::clock_gap_max.
  const bool jumped = last && (last->at > last_.at + limits::clock_jump_max || last_.at > last->at + limits::clock_gap_max);
  last_.even_since = last && !jumped ? last->even_since : last_.at;
  return jumped;
}

bool ClockWatch::look() {
  const Timestamp now = clock_.now();
  const SteadyTime steady_now = clock_.steady_now();
  const auto drift = (now - last_.at) - (steady_now - steady_at_);
  last_.at = now;
  steady_at_ = steady_now;
  const bool jumped = std::chrono::abs(drift) > limits::clock_jump_max;
  if (jumped) last_.even_since = now;
  return jumped;
}

}  // namespace parley::service
