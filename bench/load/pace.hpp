// The load and length of a run, and its figures. The same types serve every workload.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "load/histogram.hpp"
#include "load/schedule.hpp"

namespace parley::bench {

struct Pace {
  double rate = 0;  // messages or requests a second, sent by a schedule (open loop); 0: closed loop
  Arrivals arrivals = Arrivals::fixed;
  std::uint32_t in_flight = 1;          // closed loop: sent and not yet answered, per sender
  std::chrono::nanoseconds warm_up{};   // sent, but not counted
  std::chrono::nanoseconds duration{};  // measured, after the warm-up
  std::uint64_t messages_max = 0;       // 0: no limit; otherwise the run ends after this many
  std::uint64_t seed = 1;

  [[nodiscard]] bool open_loop() const { return rate > 0; }
};

/// Figures of the messages or requests in the measured part.
struct LoadFigures {
  std::chrono::nanoseconds measured{};  // from the end of the warm-up to the last one that counts
  std::uint64_t completed = 0;          // good answers within `measured`
  std::uint64_t refused = 0;            // other answers, in the whole run
  std::string first_refusal;
  Histogram latency;                                  // from the due time to the answer, of those due within the measured part
  std::chrono::microseconds client_processor_time{};  // of this process, in `measured`
  std::chrono::nanoseconds server_processor_time{};   // of the server's process if its id is given, in `measured`

  [[nodiscard]] double per_second() const {
    return measured.count() == 0 ? 0.0 : static_cast<double>(completed) * 1e9 / static_cast<double>(measured.count());
  }
};

}  // namespace parley::bench
