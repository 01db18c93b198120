// Hop 7: sends events to rooms. The packet for a room is encoded once, and all members receive the same bytes.
#pragma once

#include <cstdint>
#include <string_view>

#include "domain/entry.hpp"
#include "protocol/socketio/namespace_handler.hpp"
#include "service/memory/stored_text.hpp"
#include "service/shared/connection.hpp"
#include "service/shared/server_event.hpp"

namespace parley::service {

class SessionShard;
struct SessionState;

/// An event with its one argument.
struct OutgoingEvent {
  ServerEvent event;
  std::string_view argument_json;
};

/// For events that are not in the log: presence and signalling. The connection with the id `except` (0: none) does not receive the event.
/// Returns the number of sockets that are sent the event.
std::uint64_t tell_room(SessionShard& shard, SessionState& session, OutgoingEvent event, std::uint64_t except = 0);

// Events about log entries go to every member that is not still reading the log (Member::hears_after).

/// `chat-message`.
void deliver_text(SessionShard& shard, SessionState& session, const domain::MessageView& message);

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

/// Takes an entry that another node committed into the session and sends it to the room. The caller updates head, row and keys.
void deliver_foreign(SessionShard& shard, SessionState& session, domain::Entry entry);
/// After a reload: sends the texts above `seq`, which no member here has received.
void deliver_since(SessionShard& shard, SessionState& session, std::uint32_t seq);

}  // namespace parley::service
