// Who and what exists: sessions by id, the open session of a pair, users. Rows of sessions are written by SessionLog::append
// in the same commit as the entries that change them; users are written here.
#pragma once

#include <optional>
#include <vector>

#include "base/ids.hpp"
#include "base/result.hpp"
#include "domain/session.hpp"
#include "domain/user.hpp"

namespace parley::store {

/// Blocking reads for reader threads (inside a SessionLog::read job). Errors: store_failed, log_corrupt.
class Directory {
 public:
  virtual ~Directory() = default;
  [[nodiscard]] virtual Result<std::optional<domain::SessionRow>> find_session(const SessionId& session) = 0;
  [[nodiscard]] virtual Result<std::optional<domain::SessionRow>> find_session(SessionNumber number) = 0;
  /// The session of this very pair that has not ended.
  [[nodiscard]] virtual Result<std::optional<SessionId>> find_open_session(const ObjectId& doctor, const ObjectId& patient) = 0;
  /// Sessions that have not ended and where the user takes part, newest `created_at` first.
  [[nodiscard]] virtual Result<std::vector<domain::SessionRow>> open_sessions_of(const ObjectId& user) = 0;
  [[nodiscard]] virtual Result<std::optional<domain::User>> find_user(const ObjectId& user) = 0;
  /// Queues the row for the next commit; not awaited: a user row can be made again from the next token. Threads: any; never blocks.
  virtual void remember_user(const domain::User& user) = 0;
};

}  // namespace parley::store
