#include "store/common/store_state.hpp"

#include <algorithm>
#include <bit>
#include <utility>

#include "base/limits.hpp"
#include "domain/error_code.hpp"

namespace parley::store {

void StoreState::fail(const std::string& reason) {
  {
    const std::lock_guard lock(mutex_);
    if (failed_.load(std::memory_order_relaxed)) return;
    reason_ = reason;
    failed_.store(true, std::memory_order_release);
  }
  logs_.write(LogLevel::error, "store", "writing has stopped until restart", {{"reason", reason}});
}

Error StoreState::failure() const {
  const std::lock_guard lock(mutex_);
  return Error{ErrorCode::store_failed, "The store has failed and accepts nothing until restart", reason_};
}

void StoreState::note_outage(const std::string& reason) {
  {
    const std::lock_guard lock(mutex_);
    outage_ = reason.substr(0, reason.find(" ["));  // after " [" the driver lists hosts; only the log shows them
    if (out_of_reach_.exchange(true)) return;
  }
  logs_.write(LogLevel::error, "store", "the database cannot be reached", {{"reason", reason}});
}

void StoreState::note_reached() {
  if (!out_of_reach_.load(std::memory_order_relaxed)) return;
  {
    const std::lock_guard lock(mutex_);
    outage_.clear();
    if (!out_of_reach_.exchange(false)) return;
  }
  logs_.write(LogLevel::info, "store", "the database can be reached again");
}

void StoreState::note_refusal(const std::string& reason) {
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(refusal_, reason) == reason) return;  // the same refusal repeats with every attempt; log it once
  }
  logs_.write(LogLevel::error, "store", "the database refuses a write", {{"reason", reason}});
}

Error StoreState::note_damage(SessionNumber session, std::uint32_t seq, const std::string& what) {
  const std::string text = "Session " + std::to_string(session.value) + ", entry " + std::to_string(seq) + ": " + what;
  bool is_new = false;
  {
    const std::lock_guard lock(mutex_);
    is_new = damaged_.size() < limits::damaged_sessions_max && damaged_.try_emplace(session, text).second;
    damaged_sessions_ = damaged_.size();
  }
  if (is_new) logs_.write(LogLevel::error, "store", "a session is damaged and takes no more entries", {{"damage", text}});
  return Error{ErrorCode::log_corrupt, "The log of this session is damaged", text};
}

std::optional<Error> StoreState::damage_of(SessionNumber session) const {
  if (damaged_sessions_.load(std::memory_order_relaxed) == 0) return std::nullopt;
  const std::lock_guard lock(mutex_);
  const auto found = damaged_.find(session);
  if (found == damaged_.end()) return std::nullopt;
  return Error{ErrorCode::log_corrupt, "The log of this session is damaged", found->second};
}

void StoreState::note_commit(std::size_t entries, std::size_t bytes) {
  ++commits_;
  entries_ += entries;
  bytes_ += bytes;
}

void StoreState::note_sync(std::chrono::nanoseconds took) {
  const auto microseconds = static_cast<std::uint64_t>(std::max<std::int64_t>(took.count() / 1000, 0));
  ++sync_count_;
  sync_microseconds_ += microseconds;
  sync_microseconds_latest_ = microseconds;
  ++sync_buckets_[std::min<std::size_t>(std::bit_width(microseconds), sync_buckets_count - 1)];
}

void StoreState::note_rest(CommitCause cause, std::chrono::nanoseconds rested) {
  ++commits_by_cause_[static_cast<std::size_t>(cause)];
  rest_microseconds_ += static_cast<std::uint64_t>(std::max<std::int64_t>(rested.count() / 1000, 0));
}

void StoreState::note_room(std::uint64_t free_bytes, bool has_room) {
  free_bytes_ = free_bytes;
  if (has_room_.exchange(has_room) == has_room) return;
  logs_.write(has_room ? LogLevel::info : LogLevel::error, "store",
              has_room ? "there is room again" : "too little room for new texts, sessions and records of signalling",
              {{"free_bytes", std::to_string(free_bytes)}});
}

void StoreState::note_memory(std::uint64_t cache_bytes, std::uint64_t write_buffer_bytes) {
  cache_bytes_ = cache_bytes;
  write_buffer_bytes_ = write_buffer_bytes;
}

std::int64_t StoreState::commit_ms() const {
  return static_cast<std::int64_t>(sync_microseconds_latest_ / 1000) + 1;
}

void StoreState::note_foreign_loss(const std::string& what, std::uint64_t documents) {
  foreign_losses_ += documents;
  logs_.write(LogLevel::warning, "store", "other software removed documents; Parley keeps what they held", {{"what", what}});
  const std::lock_guard lock(mutex_);
  losses_.push_back(what);
  if (losses_.size() > limits::foreign_losses_named) losses_.pop_front();
}

StoreHealth StoreState::health() const {
  StoreHealth health;
  {
    const std::lock_guard lock(mutex_);
    health.writable = !failed_ && !out_of_reach_;
    health.final = failed_;
    health.reason = failed_ ? reason_ : outage_;
    for (const auto& [session, text] : damaged_) {
      if (health.damaged.size() == limits::damaged_sessions_named) break;
      health.damaged.push_back(text);
    }
    health.losses_named.assign(losses_.begin(), losses_.end());
  }
  health.damaged_sessions = damaged_sessions_;
  health.has_room = has_room_;
  health.free_bytes = free_bytes_;
  health.cache_bytes = cache_bytes_;
  health.write_buffer_bytes = write_buffer_bytes_;
  if (health.reason.empty() && !health.has_room) health.reason = "Too little free space: new texts, sessions and reopenings are refused";
  health.commits = commits_;
  health.entries_committed = entries_;
  health.bytes_committed = bytes_;
  std::ranges::copy(commits_by_cause_, health.commits_by_cause.begin());
  health.rest_microseconds = rest_microseconds_;
  health.conflicts = conflicts_;
  health.refused = refused_;
  health.sync_count = sync_count_;
  health.sync_microseconds = sync_microseconds_;
  std::ranges::copy(sync_buckets_, health.sync_buckets.begin());
  health.signalling_dropped = signalling_dropped_;
  health.users_dropped = users_dropped_;
  health.mirror_refused = mirror_refused_;
  health.foreign_writes = foreign_writes_;
  health.foreign_deletions = foreign_deletions_;
  health.foreign_losses = foreign_losses_;
  return health;
}

}  // namespace parley::store
