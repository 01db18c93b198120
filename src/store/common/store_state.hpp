// The state that all threads of a store share: whether it failed, whether it can be reached, the damaged sessions,
// and the counts. A failure is final: nothing clears it (docs/adr/0007). An outage passes. Threads: any.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/log_sink.hpp"
#include "base/result.hpp"
#include "store/common/store_health.hpp"

namespace parley::store {

class StoreState {
 public:
  explicit StoreState(LogSink& logs) : logs_(logs) {}

  /// From now on nothing is written. The first reason is kept.
  void fail(const std::string& reason);
  [[nodiscard]] bool failed() const { return failed_.load(std::memory_order_acquire); }
  /// The error store_failed: the answer to every append after a failure.
  [[nodiscard]] Error failure() const;

  /// For a store on a network: the database cannot be reached now. `note_reached` ends the outage.
  void note_outage(const std::string& reason);
  void note_reached();
  [[nodiscard]] bool is_out_of_reach() const { return out_of_reach_.load(std::memory_order_relaxed); }

  /// The database refused one write. This says nothing about other writes.
  void note_refusal(const std::string& reason);
  /// The time of the last answer of the database.
  void note_answer(SteadyTime now) { answered_at_.store(now, std::memory_order_relaxed); }
  [[nodiscard]] SteadyTime answered_at() const { return answered_at_.load(std::memory_order_relaxed); }

  /// Remembers that this session is damaged. Returns the error log_corrupt, which names the session and the entry.
  Error note_damage(SessionNumber session, std::uint32_t seq, const std::string& what);
  /// The first damage found in this session, if any: such a session accepts no more entries.
  [[nodiscard]] std::optional<Error> damage_of(SessionNumber session) const;

  void note_commit(std::size_t entries, std::size_t bytes);
  void note_sync(std::chrono::nanoseconds took);
  /// The writer rested so long and begins a commit now.
  void note_rest(CommitCause cause, std::chrono::nanoseconds rested);
  void note_conflict() { ++conflicts_; }
  void note_refused() { ++refused_; }
  void note_room(std::uint64_t free_bytes, bool has_room);
  void note_memory(std::uint64_t cache_bytes, std::uint64_t write_buffer_bytes);
  [[nodiscard]] bool has_room() const { return has_room_.load(std::memory_order_relaxed); }
  void note_signalling_dropped() { ++signalling_dropped_; }
  void note_user_dropped() { ++users_dropped_; }
  void note_foreign_writes(std::uint64_t entries) { foreign_writes_ += entries; }
  void note_foreign_deletion() { ++foreign_deletions_; }
  /// Documents disappeared, and this was not treated as a deletion. Operators read `what`, which says what to do.
  void note_foreign_loss(const std::string& what, std::uint64_t documents);
  void note_mirror_refused(std::uint64_t documents) { mirror_refused_ += documents; }

  /// The duration of the latest synced write in milliseconds, at least 1: for `retry_after_ms`.
  [[nodiscard]] std::int64_t commit_ms() const;

  /// Everything except the queue lengths, `mirror_behind` and `change_stream`.
  [[nodiscard]] StoreHealth health() const;

 private:
  LogSink& logs_;
  std::atomic<bool> failed_ = false;
  mutable std::mutex mutex_;
  std::string reason_;   // guarded by mutex_
  std::string outage_;   // guarded by mutex_; empty: no outage
  std::string refusal_;  // guarded by mutex_; the refusal last logged
  std::atomic<bool> out_of_reach_ = false;
  std::atomic<SteadyTime> answered_at_{};
  std::map<SessionNumber, std::string> damaged_;  // guarded by mutex_
  std::atomic<std::uint64_t> damaged_sessions_ = 0;
  std::atomic<std::uint64_t> commits_ = 0;
  std::atomic<std::uint64_t> entries_ = 0;
  std::atomic<std::uint64_t> bytes_ = 0;
  std::atomic<std::uint64_t> conflicts_ = 0;
  std::atomic<std::uint64_t> refused_ = 0;
  std::array<std::atomic<std::uint64_t>, commit_causes_count> commits_by_cause_{};
  std::atomic<std::uint64_t> rest_microseconds_ = 0;
  std::atomic<std::uint64_t> sync_count_ = 0;
  std::atomic<std::uint64_t> sync_microseconds_ = 0;
  std::atomic<std::uint64_t> sync_microseconds_latest_ = 0;
  std::array<std::atomic<std::uint64_t>, sync_buckets_count> sync_buckets_{};
  std::atomic<std::uint64_t> free_bytes_ = 0;
  std::atomic<std::uint64_t> cache_bytes_ = 0;
  std::atomic<std::uint64_t> write_buffer_bytes_ = 0;
  std::atomic<bool> has_room_ = true;
  std::atomic<std::uint64_t> signalling_dropped_ = 0;
  std::atomic<std::uint64_t> users_dropped_ = 0;
  std::atomic<std::uint64_t> mirror_refused_ = 0;
  std::atomic<std::uint64_t> foreign_writes_ = 0;
  std::atomic<std::uint64_t> foreign_deletions_ = 0;
  std::atomic<std::uint64_t> foreign_losses_ = 0;
  std::deque<std::string> losses_;  // guarded by mutex_; the newest ones
};

}  // namespace parley::store
