// What all threads of a store must know at once: whether it has failed, whether it can be reached, which sessions are damaged, and the
// counts. A failure is final: nothing clears it (docs/adr/0007); an outage passes. Threads: any.
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

  /// From now on nothing is written. The first reason stays.
  void fail(const std::string& reason);
  [[nodiscard]] bool failed() const { return failed_.load(std::memory_order_acquire); }
  /// store_failed, as every append is answered once it failed.
  [[nodiscard]] Error failure() const;

  /// A store beyond a network: it cannot be reached now, and can again.
  void note_outage(const std::string& reason);
  void note_reached();
  [[nodiscard]] bool is_out_of_reach() const { return out_of_reach_.load(std::memory_order_relaxed); }

  /// It refuses one write, which says nothing of others.
  void note_refusal(const std::string& reason);
  /// When it answered last.
  void note_answer(SteadyTime now) { answered_at_.store(now, std::memory_order_relaxed); }
  [[nodiscard]] SteadyTime answered_at() const { return answered_at_.load(std::memory_order_relaxed); }

  /// Remembers that this session is damaged and gives the error that says so: log_corrupt, naming session and entry.
  Error note_damage(SessionNumber session, std::uint32_t seq, const std::string& what);
  /// The damage met so far in this session: it takes no more entries.
  [[nodiscard]] std::optional<Error> damage_of(SessionNumber session) const;

  void note_commit(std::size_t entries, std::size_t bytes);
  void note_sync(std::chrono::nanoseconds took);
  void note_conflict() { ++conflicts_; }
  void note_refused() { ++refused_; }
  void note_room(std::uint64_t free_bytes, bool has_room);
  [[nodiscard]] bool has_room() const { return has_room_.load(std::memory_order_relaxed); }
  void note_signalling_dropped() { ++signalling_dropped_; }
  void note_user_dropped() { ++users_dropped_; }
  void note_foreign_writes(std::uint64_t entries) { foreign_writes_ += entries; }
  void note_foreign_deletion() { ++foreign_deletions_; }
  /// Documents disappeared, and that was not taken for a deletion: for people, with what to do.
  void note_foreign_loss(const std::string& what, std::uint64_t documents);
  void note_mirror_refused(std::uint64_t documents) { mirror_refused_ += documents; }

  /// What a synced write took lately, in milliseconds, at least 1: for `retry_after_ms`.
  [[nodiscard]] std::int64_t commit_ms() const;

  /// Everything but the lengths of queues.
  [[nodiscard]] StoreHealth health() const;

 private:
  LogSink& logs_;
  std::atomic<bool> failed_ = false;
  mutable std::mutex mutex_;
  std::string reason_;   // guarded by mutex_
  std::string outage_;   // guarded by mutex_; empty: none
  std::string refusal_;  // guarded by mutex_; the last that was told
  std::atomic<bool> out_of_reach_ = false;
  std::atomic<SteadyTime> answered_at_{};
  std::map<SessionNumber, std::string> damaged_;  // guarded by mutex_
  std::atomic<std::uint64_t> damaged_sessions_ = 0;
  std::atomic<std::uint64_t> commits_ = 0;
  std::atomic<std::uint64_t> entries_ = 0;
  std::atomic<std::uint64_t> bytes_ = 0;
  std::atomic<std::uint64_t> conflicts_ = 0;
  std::atomic<std::uint64_t> refused_ = 0;
  std::atomic<std::uint64_t> sync_count_ = 0;
  std::atomic<std::uint64_t> sync_microseconds_ = 0;
  std::atomic<std::uint64_t> sync_microseconds_latest_ = 0;
  std::array<std::atomic<std::uint64_t>, sync_buckets_count> sync_buckets_{};
  std::atomic<std::uint64_t> free_bytes_ = 0;
  std::atomic<bool> has_room_ = true;
  std::atomic<std::uint64_t> signalling_dropped_ = 0;
  std::atomic<std::uint64_t> users_dropped_ = 0;
  std::atomic<std::uint64_t> mirror_refused_ = 0;
  std::atomic<std::uint64_t> foreign_writes_ = 0;
  std::atomic<std::uint64_t> foreign_deletions_ = 0;
  std::atomic<std::uint64_t> foreign_losses_ = 0;
  std::deque<std::string> losses_;  // guarded by mutex_; the newest
};

}  // namespace parley::store
