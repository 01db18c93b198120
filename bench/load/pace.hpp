// How hard a run pushes, for how long, and what came of it. The same words for every workload.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "load/histogram.hpp"
#include "load/schedule.hpp"

namespace parley::bench {

struct Pace {
  double rate = 0;  // messages or requests a second, due by a schedule (open loop); 0: closed loop
  Arrivals arrivals = Arrivals::fixed;
  std::uint32_t in_flight = 1;          // closed loop: sent and not yet answered, of each sender
  std::chrono::nanoseconds warm_up{};   // sent, but in no figure
  std::chrono::nanoseconds duration{};  // measured, after the warm-up
  std::uint64_t messages_max = 0;       // 0: no limit; otherwise the run ends with the last of them
  std::uint64_t seed = 1;

  [[nodiscard]] bool open_loop() const { return rate > 0; }
};

/// Messages or requests of the measured part, and what they took.
struct LoadFigures {
  std::chrono::nanoseconds measured{};  // from the end of the warm-up to the last that counts
  std::uint64_t completed = 0;          // answered well within `measured`
  std::uint64_t refused = 0;            // answered otherwise, in the whole run
  std::string first_refusal;
  Histogram latency;                                  // from the due time to the answer, of those due within the measured part
  std::chrono::microseconds client_processor_time{};  // of this process, in `measured`
  std::chrono::nanoseconds server_processor_time{};   // of the server's process when its id was given, in `measured`

  [[nodiscard]] double per_second() const {
    return measured.count() == 0 ? 0.0 : static_cast<double>(completed) * 1e9 / static_cast<double>(measured.count());
  }
};

}  // namespace parley::bench
