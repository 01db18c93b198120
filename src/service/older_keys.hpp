// The idempotency keys that a loaded session does not know: read piece by piece, newest first, beside what goes on, so that new messages
// soon need no lookup. Nobody waits for it, and nothing is wrong while it is not done: what is not known is looked up.
#pragma once

namespace parley::service {

class SessionShard;
struct SessionState;

/// Reads the next limits::older_keys_page entries, unless all keys are known or a piece is on its way. Session thread, in a Turn.
void read_older_keys(SessionShard& shard, SessionState& session);

}  // namespace parley::service
