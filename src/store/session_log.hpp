// The durable, ordered log of every session, and the reads from it. One per process. Each engine must
// pass tests/contract/session_log_contract.hpp. Behaviour that is not described here is not promised.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
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
  domain::Position expected{};                      // the head that the caller has read; seq 0 (any proof) for a new session
  std::vector<domain::EncodedEntry> entries{};      // 1..limits::append_entries_max, adjacent, first seq = expected.seq + 1
  std::shared_ptr<const domain::SessionRow> row{};  // the directory row after these entries, if they change it: same commit
  std::optional<std::uint32_t> erase_body_of{};     // the seq whose body the entries delete: emptied in the same commit
  std::uint64_t token = 0;                          // the caller's value, returned in the outcome
};

enum class AppendStatus : std::uint8_t { committed, conflict, unknown, refused };

struct AppendOutcome {
  SessionNumber session{};
  std::uint64_t token = 0;
  AppendStatus status = AppendStatus::committed;
  domain::Position head{};                      // committed: of the call's last entry; conflict: of the log ({0, 0}: there is none)
  std::vector<domain::EncodedEntry> tail{};     // conflict: the entries after `expected`, oldest first, at most a conflict_tail
  std::vector<domain::EncodedEntry> entries{};  // committed: those of the append, given back: their thread frees them
  std::optional<Error> error{};                 // refused, unknown: see SessionLog
};

/// Receives the results of commits, on the thread of one loop.
class CommitListener {
 public:
  virtual ~CommitListener() = default;
  /// Called once per commit, with all outcomes of this loop.
  virtual void on_appended(std::span<AppendOutcome> outcomes) = 0;
  /// The log of this session has entries whose outcome was `unknown`: they were found there later, and readers
  /// show them. Every loop receives this call, also for other loops' appends, and perhaps more than once.
  virtual void on_arrived(SessionNumber session) = 0;
};

/// A consistent view of the committed data, used inside one read job on a reader thread. Blocking. Every entry read is checked (checksum,
/// dense seq, inside a range the chain). A bad entry gives the error log_corrupt, which names session and seq, and never a shorter history.
class LogReader {
 public:
  virtual ~LogReader() = default;
  /// The last entry; empty for a session that does not exist.
  [[nodiscard]] virtual Result<std::optional<domain::EncodedEntry>> last(SessionNumber session) = 0;
  /// Error not_found if there is no such entry.
  [[nodiscard]] virtual Result<domain::EncodedEntry> entry(SessionNumber session, std::uint32_t seq) = 0;
  /// Entries from `first` on, in order, at most `most`.
  [[nodiscard]] virtual Result<std::vector<domain::EncodedEntry>> range(SessionNumber session, std::uint32_t first, Portion most) = 0;
  /// The seq of the entry with this idempotency key, anywhere in the log.
  [[nodiscard]] virtual Result<std::optional<std::uint32_t>> find_key(SessionNumber session, const Key16& key) = 0;
  /// The seqs of deleted texts, ascending.
  [[nodiscard]] virtual Result<std::vector<std::uint32_t>> deleted(SessionNumber session) = 0;
};

/// Order     `seq` is dense per session; entries of one call are adjacent; appends of one session are committed in call order.
/// Durable   A `committed` append survives power loss. Until that outcome no LogReader shows the entries, and no client may receive them.
/// Conflict  `expected` is not the head: nothing is written, and `tail` holds the entries after `expected` (empty if `expected` is not in
///           this history). A later append of the session that was queued on top of this one conflicts too.
/// Unknown   The engine could not determine the outcome before its deadline. If the entries are in the log or reach it later, the
///           listeners receive `on_arrived`.
/// Again     Appending exactly the same entries again is safe. If they are in the log already, the outcome is `committed`, even if other
///           entries follow. This settles an unknown outcome.
/// Failed    After a failed sync everything is refused with store_failed until restart; reads continue.
/// Limits    commit_queue_entries_max waiting, then refused with overloaded and `retry_after_ms`; read_queue_jobs_max jobs waiting, then
///           `read` gives overloaded.
/// Refused   overloaded    nothing was accepted; retry after `retry_after_ms`
///           store_full    too little free space for new texts, sessions and reopenings; deletions, ends and first joins still succeed
///           store_failed  until restart
///           log_corrupt   the session's log is damaged: it accepts no more entries
///           session_full  a text at a seq above text_seq_max, any entry above seq_max
///           not_found     `erase_body_of` names no entry before this append
///           already_exists  the row of a new session has the id of another session. Nothing of it is in the log: an id has one log,
///                         on whichever server it is created. `retry_after_ms` is set if that session may not be readable yet
///           invalid_argument  a fault of the caller: no entries, more than append_entries_max, an entry larger than
///                         entry_bytes_max, seqs that are not dense after `expected`, or a trailer with a wrong
///                         checksum
class SessionLog {
 public:
  virtual ~SessionLog() = default;

  /// Must be called for each loop before its first append. The listener must outlive the log's `stop`.
  virtual void attach(EventLoop& loop, CommitListener& listener) = 0;
  /// Never blocks. Each append gets exactly one outcome, through the listener of `loop`, never inside this call. Threads: the loop's.
  virtual void append(EventLoop& loop, Append append) = 0;
  /// Runs `job` on a reader thread. The job must return its result by posting to a loop.
  /// Threads: any. Error overloaded if the queue is full (then the job does not run).
  using ReadJob = std::move_only_function<void(LogReader& reader)>;
  [[nodiscard]] virtual Result<void> read(ReadJob job) = 0;
};

}  // namespace parley::store
