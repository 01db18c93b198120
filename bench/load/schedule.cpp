#include "load/schedule.hpp"

#include <cmath>

#include "base/assert.hpp"

namespace parley::bench {

Schedule::Schedule(double rate_per_second, Arrivals arrivals, std::uint64_t seed)
    : gap_nanoseconds_(1e9 / rate_per_second), arrivals_(arrivals), random_(seed) {
  PARLEY_ASSERT(rate_per_second > 0);
}

void Schedule::advance() {
  ++index_;
  if (arrivals_ == Arrivals::fixed) {
    due_ = static_cast<double>(index_) * gap_nanoseconds_;  // a product, not a sum: no drift over an hour
  } else {
    due_ += -std::log(random_.unit()) * gap_nanoseconds_;
  }
}

}  // namespace parley::bench
