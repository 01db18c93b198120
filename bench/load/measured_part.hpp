// Decides which part of a run counts: from the end of the warm-up to the end of sending. Latency goes by due time, throughput by the time
// of the answer. Also reads the processor time that client and server used in this part.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "load/pace.hpp"
#include "load/process_probe.hpp"

namespace parley::bench {

class MeasuredPart {
 public:
  /// `server`: the ids of its processes, as far as they are known.
  MeasuredPart(const Pace& pace, std::vector<pid_t> server) : pace_(pace), server_(std::move(server)) {}

  void start(SteadyTime now);
  /// Call once per turn, before counting anything.
  void tick(SteadyTime now);

  /// True if the `sent`-th message (0-based) may still be sent.
  [[nodiscard]] bool may_send(SteadyTime due, std::uint64_t sent) const {
    return due < end_ && (pace_.messages_max == 0 || sent < pace_.messages_max);
  }
  /// True if the time for sending is over.
  [[nodiscard]] bool over(SteadyTime now) const { return now >= end_; }

  /// Counts a good answer to a message or request that was due at `due`.
  void completed(SteadyTime due, SteadyTime at);
  void refused(std::string_view answer);
  /// Records another latency of the run, over the same part.
  void record(Histogram& histogram, SteadyTime due, SteadyTime at) const {
    if (due >= begin_ && due < end_) histogram.record(at - due);
  }

  [[nodiscard]] SteadyTime origin() const { return origin_; }
  [[nodiscard]] SteadyTime end() const { return end_; }
  /// Closes the part if no tick has done so, and returns the figures.
  [[nodiscard]] LoadFigures finish(SteadyTime now);

 private:
  struct Spent {
    std::chrono::microseconds client{};
    std::chrono::nanoseconds server{};
  };
  [[nodiscard]] Spent read_spent() const;
  void close(SteadyTime now);

  Pace pace_;
  std::vector<pid_t> server_;
  SteadyTime origin_{};
  SteadyTime begin_{};
  SteadyTime end_{};
  SteadyTime last_completed_{};
  std::optional<Spent> at_begin_;
  bool closed_ = false;
  LoadFigures figures_;
};

}  // namespace parley::bench
