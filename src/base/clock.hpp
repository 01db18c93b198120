// All code reads the time through this interface. `::now()` is called only in system_clock.cpp.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace parley {

/// UTC wall time in milliseconds: for people to read, never for ordering.
using Timestamp = std::chrono::sys_time<std::chrono::milliseconds>;
/// Monotonic time: for deadlines and limits.
using SteadyTime = std::chrono::time_point<std::chrono::steady_clock, std::chrono::nanoseconds>;

class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual Timestamp now() const = 0;
  [[nodiscard]] virtual SteadyTime steady_now() const = 0;
};

/// The machine's clocks. Threads: any.
class SystemClock final : public Clock {
 public:
  [[nodiscard]] Timestamp now() const override;
  [[nodiscard]] SteadyTime steady_now() const override;
};

/// `YYYY-MM-DDTHH:MM:SS.mmmZ`, always three decimals.
[[nodiscard]] std::string to_iso8601(Timestamp time);
void append_iso8601(std::string& out, Timestamp time);
/// Parses an ISO 8601 date (`2026-01-31`, midnight UTC) or date-time with optional fraction and `Z` or `±hh:mm` (default: UTC). Returns
/// nothing for any other text and for a day or hour that does not exist.
[[nodiscard]] std::optional<Timestamp> parse_iso8601(std::string_view text);

}  // namespace parley
