// Starts, joins and leaves sessions. The first start or join makes a session active, with an entry of the log. With
// ReopeningConfig::By::joining, a start or a join also reopens a session that ended recently, with an entry of the log.
#pragma once

#include <cstdint>
#include <optional>

#include "domain/views.hpp"
#include "service/session/invocation.hpp"

namespace parley::service {

/// ChatService::start_session: as a join, but nobody enters the room, and the view shows the session afterwards.
void start_session(Invocation by, const domain::SessionField& session, Done<domain::SessionView> done);

// The next three are called on the loop of the connection.

struct Join {
  domain::SessionField session;
  std::optional<Result<domain::EntryRange>> resume;  // requested: the entries after a position
  RoomPlacePtr place;                                // the socket's place for this session
};

/// The socket enters the room. The view shows the session before this join; the others receive `user-joined`. A repeated join of the same
/// socket changes nothing and sends no event. With `resume` the answer carries the log after that place. The socket receives live log
/// events once it has the whole log (resume.hpp). The refusal of an ended session carries the log in the same way.
/// Refusals: access · `Invalid after` · `Session has already ended` · those of ReopeningStep::reopen.
void join(Router& router, ConnectionPtr connection, Join request, Done<domain::JoinView> done);

/// The socket leaves the room, if it is in it or about to enter; the others receive `user-left`. Never refused.
void leave(Router& router, ConnectionPtr connection, const SessionId& session, protocol::socketio::DisconnectReason reason);

/// The socket stays connected but leaves the room of an ended session, so that another session can have its place. No event is sent. If the
/// session is open again when the turn comes, the socket keeps the room.
enum class Vacated : std::uint8_t { left, kept };
void vacate(Router& router, ConnectionPtr connection, const SessionId& session, Done<Vacated> done);

}  // namespace parley::service
