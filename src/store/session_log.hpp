// The durable, ordered log of every session, and what is read from it. One per process. Each engine must pass
// tests/contract/session_log_contract.hpp; what is not promised here is not promised.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "base/event_loop.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "domain/chain.hpp"
#include "domain/entry.hpp"
#include "domain/session.hpp"
#include "store/portion.hpp"

namespace parley::store {

/// One append to one session's log.
struct Append {
  SessionNumber session{};
  domain::Position expected{};                   // the head the caller has read; seq 0 (whatever the proof) for a new session
  std::vector<domain::EncodedEntry> entries{};   // 1..limits::append_entries_max, adjacent, first seq = expected.seq + 1
  std::optional<domain::SessionRow> row{};       // the directory row as it is after these entries, when they change it: same commit
  std::optional<std::uint32_t> erase_body_of{};  // the seq whose body the entries delete: emptied in the same commit
  std::uint64_t token = 0;                       // the caller's, comes back in the outcome
};

enum class AppendStatus : std::uint8_t { committed, conflict, unknown, refused };

struct AppendOutcome {
  SessionNumber session{};
  std::uint64_t token = 0;
  AppendStatus status = AppendStatus::committed;
  domain::Position head{};                   // committed: of the last entry of the call; conflict: of the log ({0, 0}: there is none)
  std::vector<domain::EncodedEntry> tail{};  // conflict: what came between, oldest first, at most a conflict_tail
  std::optional<Error> error{};              // refused, unknown: see SessionLog
};

/// Told of commits, on one loop's thread.
class CommitListener {
 public:
  virtual ~CommitListener() = default;
  /// Once per commit with everything of that loop the commit made durable.
  virtual void on_appended(std::span<AppendOutcome> outcomes) = 0;
  /// The log of this session has entries whose outcome was `unknown`: they were found there later, and readers show them. Every loop is
  /// told, whoever appended them; perhaps more than once.
  virtual void on_arrived(SessionNumber session) = 0;
};

/// A consistent look at what is committed, used inside one read job on a reader thread. Blocking. Every entry read is checked
/// (checksum, dense seq, inside a range the chain): a bad one is the error log_corrupt that names session and seq, never a shorter history.
class LogReader {
 public:
  virtual ~LogReader() = default;
  /// The last entry; nothing for a session that does not exist.
  [[nodiscard]] virtual Result<std::optional<domain::EncodedEntry>> last(SessionNumber session) = 0;
  /// not_found when there is no such entry.
  [[nodiscard]] virtual Result<domain::EncodedEntry> entry(SessionNumber session, std::uint32_t seq) = 0;
  /// Entries from `first` on, in order, at most `most`.
  [[nodiscard]] virtual Result<std::vector<domain::EncodedEntry>> range(SessionNumber session, std::uint32_t first, Portion most) = 0;
  /// The seq of the entry with this idempotency key, wherever in the log it is.
  [[nodiscard]] virtual Result<std::optional<std::uint32_t>> find_key(SessionNumber session, const Key16& key) = 0;
  /// The seqs of deleted texts, ascending.
  [[nodiscard]] virtual Result<std::vector<std::uint32_t>> deleted(SessionNumber session) = 0;
};

/// Order     `seq` is dense per session; entries of one call are adjacent; appends of one session are committed in call order.
/// Durable   An outcome `committed` means: survives power loss. Until then no LogReader shows the entries and nobody may learn of them.
/// Conflict  `expected` is not the head: nothing is written, `tail` holds what came between; it is empty when `expected` is not in this
///           history. A later append of the same session that was already queued on top of it conflicts as well.
/// Unknown   The outcome cannot be told before the engine's deadline. If the entries are in the log all the same, or come to be, the
///           listeners are told that they have arrived.
/// Again     Appending the very same entries again is safe: when they are there already, the outcome is `committed`, though others may
///           have followed. That settles an unknown outcome.
/// Failed    After a failed sync everything is refused with store_failed until restart; reads go on.
/// Limits    commit_queue_entries_max waiting, then refused with overloaded and `retry_after_ms`; read_queue_jobs_max jobs waiting, then
///           `read` gives overloaded.
/// Refused   overloaded    nothing was accepted; retry after `retry_after_ms`
///           store_full    too little room for new texts, sessions and reopenings; deletions, ends and first joins still go
///           store_failed  until restart
///           log_corrupt   the session's log is damaged: it takes no more entries
///           session_full  a text at a seq past text_seq_max, anything past seq_max
///           not_found     `erase_body_of` names no entry before this append
///           already_exists  the row of a new session has the id of another session. Nothing of it is in the log: an id has one log,
///           whoever
///                         creates it and on which server. `retry_after_ms` is set when that session may not be readable yet
///           invalid_argument  our own mistake: no entries or more than append_entries_max, one larger than entry_bytes_max, seqs not
///                         dense after `expected`, or a trailer whose checksum is wrong
class SessionLog {
 public:
  virtual ~SessionLog() = default;

  /// Must be called for each loop before its first append. The listener must outlive the log's `stop`.
  virtual void attach(EventLoop& loop, CommitListener& listener) = 0;
  /// Never blocks. Each append gets exactly one outcome, through the listener of `loop`, never inside this call. Threads: the loop's.
  virtual void append(EventLoop& loop, Append append) = 0;
  /// Runs `job` on a reader thread. The job must hand its result back by posting to a loop. Threads: any. Gives overloaded when the queue
  /// is full (the job is then not run).
  using ReadJob = std::move_only_function<void(LogReader& reader)>;
  [[nodiscard]] virtual Result<void> read(ReadJob job) = 0;
};

}  // namespace parley::store
