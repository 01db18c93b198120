// Resume: everything in the log after a position, then live events, without gaps or repeats (P5).
//
// A resuming member is in the room but receives no log events (Member::hears_after) until the answer that reaches the log's end. This
// answer and the change to live are one step in the session's order. While the range is read, no other step is decided. So no entry can
// come between the last one read and the first live one, and nothing has to be buffered during a replay.
#pragma once

#include <functional>

#include "domain/views.hpp"
#include "service/session/router.hpp"
#include "service/shared/connection.hpp"

namespace parley::service {

struct Resume {
  SessionId session;
  CallerPtr caller;
  ConnectionPtr connection;
  domain::EntryRange range;  // no `before`
  /// Called once, in a Turn on the session's thread.
  std::move_only_function<void(Result<domain::EntriesView>)> then;
};

/// Reads in the session's order. Makes the connection live if it is in the room and the answer reaches the end. Checks access again.
/// In a Turn of the session's shard.
void resume(SessionShard& shard, Resume request);

/// The `entries` event: a range of the log for a participant. For a member that is still catching up and asks onwards, it is a step of the
/// resume. Otherwise it is a plain read that waits for no other step. Refusals: access · `Invalid …`. Threads:
/// that of the connection's loop.
void socket_entries(Router& router, ConnectionPtr connection, ReadEntries request, Done<domain::EntriesView> done);

}  // namespace parley::service
