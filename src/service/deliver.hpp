// Hop 7: tells rooms. A room's packet is encoded once and everybody in it gets the same bytes.
#pragma once

#include <cstdint>
#include <string_view>

#include "domain/entry.hpp"
#include "protocol/socketio/namespace_handler.hpp"
#include "service/connection.hpp"
#include "service/server_event.hpp"
#include "service/stored_text.hpp"

namespace parley::service {

class SessionShard;
struct SessionState;

/// What is not in the log: presence and signalling. `arguments` is the event's one argument as JSON; `except` (a connection's id,
/// 0: nobody) does not get it. Gives the number of sockets that are sent it.
std::uint64_t tell_room(SessionShard& shard, SessionState& session, ServerEvent event, std::string_view arguments,
                        std::uint64_t except = 0);

// What is in the log goes to everyone in the room who is not still reading it (Member::hears_after).

/// `chat-message`.
void deliver_text(SessionShard& shard, SessionState& session, const StoredText& text);

/// `chat-message-deleted`.
struct Deletion {
  ObjectId message;
  UserId deleted_by;
  std::uint32_t seq = 0;  // of the deletion
  Timestamp timestamp{};
};
void deliver_deletion(SessionShard& shard, SessionState& session, const Deletion& deletion);

/// `session-ended`.
void deliver_end(SessionShard& shard, SessionState& session, const UserId& ended_by, std::uint32_t seq);

/// `session-reopened`.
void deliver_reopened(SessionShard& shard, SessionState& session, const UserId& reopened_by, std::uint32_t seq);

/// Takes an entry that another node committed into the session (head, row and keys are the caller's) and tells the room what it is.
void deliver_foreign(SessionShard& shard, SessionState& session, domain::Entry entry);
/// After a reload: the texts above `seq` that nobody here heard of.
void deliver_since(SessionShard& shard, SessionState& session, std::uint32_t seq);

}  // namespace parley::service
