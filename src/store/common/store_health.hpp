// How a store is doing: for `/health`, `/ready` and metrics. Counts are cumulative since it was opened.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace parley::store {

/// Bucket `index` counts syncs that took less than 2^index microseconds and not less than half of that; the last takes the rest.
inline constexpr std::size_t sync_buckets_count = 24;

struct StoreHealth {
  bool writable = true;                // false: no append is committed now
  bool final = false;                  // not writable, and it stays so until restart
  std::string reason;                  // why not writable, or why texts are refused; empty when all is well
  bool has_room = true;                // false: texts, sessions and reopenings are `store_full`
  std::uint64_t free_bytes = 0;        // as last looked at: limits::store_look_interval, or (MongoDB) mongo_watch_interval ago at most
  std::vector<std::string> damaged;    // what damage was met, one line a session, the first limits::damaged_sessions_named of them
  std::uint64_t damaged_sessions = 0;  // these take no more entries

  std::uint64_t commits = 0;  // synced writes
  std::uint64_t entries_committed = 0;
  std::uint64_t bytes_committed = 0;  // of encoded entries
  std::uint64_t conflicts = 0;
  std::uint64_t refused = 0;
  std::uint64_t sync_count = 0;
  std::uint64_t sync_microseconds = 0;  // sum
  std::array<std::uint64_t, sync_buckets_count> sync_buckets{};

  std::size_t queued_entries = 0;    // now
  std::size_t queued_reads = 0;      // now
  std::uint64_t mirror_behind = 0;   // commits that other software cannot read yet (MongoDB)
  std::uint64_t mirror_refused = 0;  // documents for other software that the database did not take (MongoDB)
  // Other software that writes to the same database (MongoDB)
  bool change_stream = false;               // it is heard of at once; false: when somebody looks
  std::uint64_t foreign_writes = 0;         // starts, ends, reopenings and messages taken into the log
  std::uint64_t foreign_deletions = 0;      // taken into the log
  std::uint64_t foreign_losses = 0;         // documents that disappeared and were not taken for deletions
  std::vector<std::string> losses_named{};  // of those, the newest limits::foreign_losses_named
  std::uint64_t signalling_dropped = 0;
  std::uint64_t users_dropped = 0;  // the queue of rows was full or room was short; the next token brings them again
};

}  // namespace parley::store
