// The number of events of a kind that a user may send, in fixed windows. A window starts with the first event and survives a disconnect
// (docs/api-contract.md §6.3).
//
// Threads: any; sharded by user, each shard locked. Bounded by limits::rate_entries_max; above this, the oldest windows are dropped.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <mutex>
#include <unordered_map>
#include <utility>

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/limits.hpp"

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
  explicit RateLimiter(Clock& clock, std::chrono::milliseconds window = limits::rate_window) : clock_(clock), window_(window) {}

  struct Verdict {
    bool admitted = true;
    std::int64_t retry_after_ms = 0;  // refused: the time until the window ends
  };
  /// Counts one event against `limit` per window; 0: no limit, nothing is counted.
  [[nodiscard]] Verdict admit(const UserId& user, EventKind kind, std::uint32_t limit);
  /// Windows in memory now.
  [[nodiscard]] std::size_t size() const;

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
  struct Window {
    SteadyTime start;
    std::uint32_t count = 0;
  };
  struct Shard {
    mutable std::mutex mutex;
    std::unordered_map<Key, Window, Hash> windows;    // guarded by mutex
    std::deque<std::pair<SteadyTime, Key>> by_start;  // guarded by mutex; oldest first
  };
  static constexpr std::size_t shard_count = 16;
  static constexpr std::size_t shard_entries_max = limits::rate_entries_max / shard_count;

  void forget_old(Shard& shard, SteadyTime now) const;

  Clock& clock_;
  std::chrono::milliseconds window_;
  std::array<Shard, shard_count> shards_;
};

}  // namespace parley::service
