// The sessions by id, the open session of a pair, and the users. SessionLog::append writes the rows
// of sessions in the same commit as the entries that change them. Rows of users are written here.
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
  std::vector<Error> damaged;  // rows that cannot be read, each named in its detail; the walk continues after them
  Bytes next;                  // where the walk continues; empty: no more. The engine's own format, valid while the store is open.
};

/// A place in the list of a user's open sessions. Order: newest `created_at` first; for equal times the smaller id first.
struct SessionPlace {
  Timestamp created_at{};
  SessionId session;

  friend bool operator==(const SessionPlace&, const SessionPlace&) = default;
};

struct OpenSessionsOfUser {
  std::vector<domain::SessionRow> sessions;
  std::optional<SessionPlace> next;  // more sessions follow after this place; empty: no more
};

/// How the store notices writes of other software to the documents of a session.
struct ForeignWrites {
  enum class Noticed : std::uint8_t {
    never,        // no other software writes there
    by_itself,    // soon, without any action
    when_looked,  // when a session is read: find_session takes the foreign writes in
  } noticed = Noticed::never;
  SteadyTime doubted_at{};  // a read before this time may have missed foreign writes
};

/// Blocking reads for reader threads (inside a SessionLog::read job). Errors: store_failed, log_corrupt.
class Directory {
 public:
  virtual ~Directory() = default;
  /// Threads: any; never blocks.
  [[nodiscard]] virtual ForeignWrites foreign_writes() const { return {}; }
  /// Foreign writes to the session are in its log, and the loops are informed of them, before this returns the row.
  [[nodiscard]] virtual Result<std::optional<domain::SessionRow>> find_session(const SessionId& session) = 0;
  [[nodiscard]] virtual Result<std::optional<domain::SessionRow>> find_session(SessionNumber number) = 0;
  /// The session of exactly this pair that has not ended.
  [[nodiscard]] virtual Result<std::optional<SessionId>> find_open_session(const UserId& doctor, const UserId& patient) = 0;
  /// The user's sessions that have not ended: those after `after`, or from the newest on if it is empty.
  /// Looks at `count` sessions at most (1 or more), so a page may be shorter without being the last.
  [[nodiscard]] virtual Result<OpenSessionsOfUser> open_sessions_of(const UserId& user, const std::optional<SessionPlace>& after,
                                                                    std::size_t count) = 0;
  /// All sessions that have not ended and were created before `created_before`, from `after` on (empty: from
  /// the start), in an order chosen by the engine. Looks at `count` sessions at most (1 or more), so a page
  /// may be empty without being the last. The walk meets a session exactly once if it stays open throughout.
  [[nodiscard]] virtual Result<OpenSessions> open_sessions_before(Timestamp created_before, BytesView after, std::size_t count) = 0;
  /// The place of the text that clients know by this id. For ids of messages that an adoption imported
  /// and that kept their id. The ids of the store's own entries contain their place (domain::address_of).
  [[nodiscard]] virtual Result<std::optional<domain::EntryAddress>> find_message(const ObjectId& message) = 0;
  [[nodiscard]] virtual Result<std::optional<domain::User>> find_user(const UserId& user) = 0;
  /// Queues the row for the next commit. Not awaited: the next token of the user can create the row again. Threads: any; never blocks.
  virtual void remember_user(const domain::User& user) = 0;
};

}  // namespace parley::store
