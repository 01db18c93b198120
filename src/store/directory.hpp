// Who and what exists: sessions by id, the open session of a pair, users. Rows of sessions are written by SessionLog::append
// in the same commit as the entries that change them; users are written here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "domain/entry.hpp"
#include "domain/session.hpp"
#include "domain/user.hpp"

namespace parley::store {

/// One page of a walk over the sessions that have not ended.
struct OpenSessions {
  std::vector<domain::SessionRow> sessions;
  std::vector<Error> damaged;  // rows that are there and cannot be read, each named in its detail; the walk goes on behind them
  Bytes next;                  // where the walk goes on; empty: that was all. The engine's own, good while the store is open.
};

/// A place in the list of a user's open sessions: newest `created_at` first, of one time the smaller id first.
struct SessionPlace {
  Timestamp created_at{};
  SessionId session;

  friend bool operator==(const SessionPlace&, const SessionPlace&) = default;
};

struct OpenSessionsOfUser {
  std::vector<domain::SessionRow> sessions;
  std::optional<SessionPlace> next;  // behind which there are others; nothing: that was all
};

/// How the store learns what other software writes to the documents of a session.
struct ForeignWrites {
  enum class Noticed : std::uint8_t {
    never,        // nobody else writes there
    by_itself,    // soon, whatever is done
    when_looked,  // when a session is looked for: find_session takes in what it finds
  } noticed = Noticed::never;
  SteadyTime doubted_at{};  // what was read before then may have missed some
};

/// Blocking reads for reader threads (inside a SessionLog::read job). Errors: store_failed, log_corrupt.
class Directory {
 public:
  virtual ~Directory() = default;
  /// Threads: any; never blocks.
  [[nodiscard]] virtual ForeignWrites foreign_writes() const { return {}; }
  /// What other software wrote to the session is in its log, and the loops are told of that, before this gives the row.
  [[nodiscard]] virtual Result<std::optional<domain::SessionRow>> find_session(const SessionId& session) = 0;
  [[nodiscard]] virtual Result<std::optional<domain::SessionRow>> find_session(SessionNumber number) = 0;
  /// The session of this very pair that has not ended.
  [[nodiscard]] virtual Result<std::optional<SessionId>> find_open_session(const UserId& doctor, const UserId& patient) = 0;
  /// Sessions that have not ended and where the user takes part: those behind `after` (nothing: from the newest on). Looks at `count` of
  /// them at most (1 or more), so a page may be shorter and not be the last.
  [[nodiscard]] virtual Result<OpenSessionsOfUser> open_sessions_of(const UserId& user, const std::optional<SessionPlace>& after,
                                                                    std::size_t count) = 0;
  /// Of all sessions that have not ended, those created before `created_before`, from `after` on (empty: from the start) in an order of
  /// the engine's. Looks at `count` sessions at most (1 or more), so a page may be empty and not be the last. A session that is open
  /// throughout the walk is met exactly once.
  [[nodiscard]] virtual Result<OpenSessions> open_sessions_before(Timestamp created_before, BytesView after, std::size_t count) = 0;
  /// Where the text is that clients know by this id: for ids that are not those of the store's own entries, which say it themselves
  /// (domain::address_of). Such a message came with an adoption and keeps its id.
  [[nodiscard]] virtual Result<std::optional<domain::EntryAddress>> find_message(const ObjectId& message) = 0;
  [[nodiscard]] virtual Result<std::optional<domain::User>> find_user(const UserId& user) = 0;
  /// Queues the row for the next commit; not awaited: a user row can be made again from the next token. Threads: any; never blocks.
  virtual void remember_user(const domain::User& user) = 0;
};

}  // namespace parley::store
