// A clock that advances only when a test advances it. Starts at 2026-01-01T00:00:00.000Z. Threads: any.
#pragma once

#include <atomic>
#include <chrono>

#include "base/clock.hpp"

namespace parley::test {

class ManualClock final : public Clock {
 public:
  static constexpr Timestamp start{std::chrono::milliseconds{1'767'225'600'000}};

  [[nodiscard]] Timestamp now() const override { return start + std::chrono::milliseconds{elapsed_ms_.load() + ahead_ms_.load()}; }
  [[nodiscard]] SteadyTime steady_now() const override { return SteadyTime{std::chrono::milliseconds{elapsed_ms_.load() + 1'000'000}}; }

  void advance(std::chrono::milliseconds by) { elapsed_ms_ += by.count(); }
  /// Sets the time of day ahead by this much. The steady time does not change.
  void set_ahead(std::chrono::milliseconds by) { ahead_ms_ = by.count(); }

 private:
  std::atomic<std::int64_t> elapsed_ms_ = 0;
  std::atomic<std::int64_t> ahead_ms_ = 0;
};

}  // namespace parley::test
