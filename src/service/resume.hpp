// Resume: everything in the log after a position, then live, without gap or repeat (P5).
//
// Who resumes is in the room but hears nothing that is in the log (Member::hears_after) until the answer that reaches the log's end. That
// answer and the flip to live are one step of the session's order: while the range is read nothing else of the session is decided, so
// nothing can come between the last entry read and the first one heard. Nothing is buffered behind a replay.
#pragma once

#include <functional>

#include "domain/views.hpp"
#include "service/connection.hpp"
#include "service/router.hpp"

namespace parley::service {

struct Resume {
  SessionId session;
  CallerPtr caller;
  ConnectionPtr connection;
  domain::EntryRange range;  // no `before`
  /// Once, in a Turn on the session's thread.
  std::move_only_function<void(Result<domain::EntriesView>)> then;
};

/// Reads in the session's order, and flips the connection to live when it is in the room and the answer has it all. Access is asked again.
/// In a Turn of the session's shard.
void resume(SessionShard& shard, Resume request);

/// The `entries` event: a stretch of the log for a participant. Asked by a member that is still catching up, onwards, it is a step of
/// its resume; otherwise it is a plain read that waits for nobody. Refusals: access · `Invalid …`.
void socket_entries(Router& router, EventLoop& from, ConnectionPtr connection, ReadEntries request, Done<domain::EntriesView> done);

}  // namespace parley::service
