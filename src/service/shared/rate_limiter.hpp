// The number of events of a kind that a user may send, in fixed windows. A window starts with the first event and survives a disconnect
// (docs/api-contract.md §6.3).
//
// Limits   limits::rate_entries_max windows; above this, the oldest are dropped.
// Threads  any.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/limits.hpp"
#include "base/rate_windows.hpp"

namespace parley::service {

enum class EventKind : std::uint8_t {
  chat,
  offer,
  answer,
  ice_candidate,
  signalling_chat,
  join,  // this and `leave`: types of `signaling-message`
  leave,
  reopening,
  creation,
  join_session,
  entries,
  end_session,
};

class RateLimiter {
 public:
  explicit RateLimiter(Clock& clock, std::chrono::milliseconds window = limits::rate_window) : clock_(clock), windows_(window) {}

  struct Admission {
    bool admitted = true;
    std::int64_t retry_after_ms = 0;  // refused: the time until the window ends
  };
  /// Counts one event against `limit` per window; 0: no limit, nothing is counted.
  [[nodiscard]] Admission admit(const UserId& user, EventKind kind, std::uint32_t limit) {
    if (limit == 0) return {};
    const auto admission = windows_.admit(Key{user, kind}, limit, clock_.steady_now());
    if (admission.admitted) return {};
    return {false, std::chrono::ceil<std::chrono::milliseconds>(admission.window_rest).count()};
  }
  /// Windows in memory now.
  [[nodiscard]] std::size_t size() const { return windows_.size(); }

 private:
  struct Key {
    UserId user;
    EventKind kind;
    friend bool operator==(const Key&, const Key&) = default;
  };
  struct Hash {
    std::size_t operator()(const Key& key) const noexcept {
      return std::hash<UserId>{}(key.user) * 31 + static_cast<std::size_t>(key.kind);
    }
  };

  Clock& clock_;
  RateWindows<Key, Hash> windows_;
};

}  // namespace parley::service
