// Reads the idempotency keys that a loaded session does not know yet: piece by piece, newest first, beside other work, so that new messages
// soon need no lookup. Nothing waits for it. Until it is done, unknown keys are looked up in the store.
#pragma once

namespace parley::service {

class SessionShard;
struct SessionState;

/// Reads the next limits::older_keys_page entries, unless all keys are known or a read is in progress. Session thread, in a Turn.
void read_older_keys(SessionShard& shard, SessionState& session);

}  // namespace parley::service
