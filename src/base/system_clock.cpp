// The only place that reads the machine's clocks.
#include "base/clock.hpp"

namespace parley {

Timestamp SystemClock::now() const {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

SteadyTime SystemClock::steady_now() const {
  return std::chrono::steady_clock::now();
}

}  // namespace parley
