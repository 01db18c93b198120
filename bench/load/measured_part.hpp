// Decides what of a run counts: everything between the end of the warm-up and the end of sending, judged by its due time for latency
// and by its answer for throughput. Reads what the client and the server spent in just that time.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string_view>

#include "base/clock.hpp"
#include "load/pace.hpp"
#include "load/process_probe.hpp"

namespace parley::bench {

class MeasuredPart {
 public:
  /// `server`: its process id, where known.
  MeasuredPart(const Pace& pace, std::optional<pid_t> server) : pace_(pace), server_(server) {}

  void start(SteadyTime now);
  /// Call once a turn, before anything is counted.
  void tick(SteadyTime now);

  /// Whether the `sent`-th message (0-based) may still be sent.
  [[nodiscard]] bool may_send(SteadyTime due, std::uint64_t sent) const {
    return due < end_ && (pace_.messages_max == 0 || sent < pace_.messages_max);
  }
  /// Whether the time for sending is over.
  [[nodiscard]] bool over(SteadyTime now) const { return now >= end_; }

  /// A good answer to what was due at `due`.
  void completed(SteadyTime due, SteadyTime at);
  void refused(std::string_view answer);
  /// Another latency of the run, over the same part.
  void record(Histogram& histogram, SteadyTime due, SteadyTime at) const {
    if (due >= begin_ && due < end_) histogram.record(at - due);
  }

  [[nodiscard]] SteadyTime origin() const { return origin_; }
  [[nodiscard]] SteadyTime end() const { return end_; }
  /// Closes the part if no tick has, and gives what was counted.
  [[nodiscard]] LoadFigures finish(SteadyTime now);

 private:
  struct Spent {
    std::chrono::microseconds client{};
    std::chrono::nanoseconds server{};
  };
  [[nodiscard]] Spent read_spent() const;
  void close(SteadyTime now);

  Pace pace_;
  std::optional<pid_t> server_;
  SteadyTime origin_{};
  SteadyTime begin_{};
  SteadyTime end_{};
  SteadyTime last_completed_{};
  std::optional<Spent> at_begin_;
  bool closed_ = false;
  LoadFigures figures_;
};

}  // namespace parley::bench
