// The state of a store, for `/health`, `/ready` and metrics. Counts are cumulative since the store was opened.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace parley::store {

/// Bucket `index` counts syncs from half of 2^index up to 2^index microseconds (exclusive). The last bucket counts all longer ones too.
inline constexpr std::size_t sync_buckets_count = 24;

/// Why the writer of an engine began a commit.
enum class CommitCause : std::uint8_t {
  no_rest,     // it had not to rest
  loops_idle,  // it rested until every loop that had appended was idle
  rest_over,   // it rested its whole time while loops were busy
  stopping,
};
inline constexpr std::size_t commit_causes_count = 4;

struct StoreHealth {
  bool writable = true;                  // false: no append is committed at present
  bool final = false;                    // true: not writable until restart
  std::string reason;                    // the reason why the store is not writable or refuses texts; empty if neither
  bool has_room = true;                  // false: texts, new sessions and reopenings are refused with `store_full`
  std::uint64_t free_bytes = 0;          // at most limits::store_look_interval old, with MongoDB mongo_watch_interval
  std::uint64_t cache_bytes = 0;         // of recently read data; as old as free_bytes
  std::uint64_t write_buffer_bytes = 0;  // of data that the database has logged and not yet written to its files; as old as free_bytes
  std::vector<std::string> damaged;      // the damage found, one line per session, for the first limits::damaged_sessions_named
  std::uint64_t damaged_sessions = 0;    // they accept no more entries

  std::uint64_t commits = 0;  // synced writes
  std::uint64_t entries_committed = 0;
  std::uint64_t bytes_committed = 0;  // of encoded entries
  std::array<std::uint64_t, commit_causes_count> commits_by_cause{};
  std::uint64_t rest_microseconds = 0;  // sum of the rests before commits
  std::uint64_t conflicts = 0;
  std::uint64_t refused = 0;
  std::uint64_t sync_count = 0;
  std::uint64_t sync_microseconds = 0;  // sum
  std::array<std::uint64_t, sync_buckets_count> sync_buckets{};

  std::size_t queued_entries = 0;    // now
  std::size_t queued_reads = 0;      // now
  std::uint64_t mirror_behind = 0;   // commits that other software cannot read yet (MongoDB)
  std::uint64_t mirror_refused = 0;  // documents for other software that the database refused (MongoDB)
  // Other software that writes to the same database (MongoDB)
  bool change_stream = false;               // true: foreign writes are noticed at once; false: only when a session is read
  std::uint64_t foreign_writes = 0;         // starts, ends, reopenings and messages taken into the log
  std::uint64_t foreign_deletions = 0;      // taken into the log
  std::uint64_t foreign_losses = 0;         // documents that disappeared without being treated as deletions
  std::vector<std::string> losses_named{};  // the newest limits::foreign_losses_named of them
  std::uint64_t signalling_dropped = 0;
  std::uint64_t users_dropped = 0;  // the queue of rows was full or free space was low; the user's next token queues the row again
};

}  // namespace parley::store
