// Starting, joining and leaving a session. The first join of either kind makes it active, as an entry of the log. With
// ReopeningConfig::By::joining a join of either kind opens a session again that ended lately, as an entry of the log, too.
#pragma once

#include <cstdint>
#include <optional>

#include "domain/views.hpp"
#include "service/connection.hpp"
#include "service/router.hpp"

namespace parley::service {

/// ChatService::start_session: as a join, but nobody enters the room, and the view is as after.
void start_session(Router& router, EventLoop& from, CallerPtr caller, const domain::SessionField& session, Done<domain::SessionView> done);

struct Join {
  domain::SessionField session;
  std::optional<Result<domain::EntryRange>> resume;  // asked for: what comes after a position
  RoomPlacePtr place;                                // that the socket gives to the session
};

/// The socket enters the room. The view is the session as it was before this join; the others hear `user-joined`. A repeated join
/// of the same socket changes nothing and tells no one. With `resume` the answer carries the log after that place, and the socket is
/// live for log events when it has it all (resume.hpp); it does so beside the refusal of an ended session too.
/// Refusals: access · `Invalid after` · `Session has already ended` · those of ReopeningStep::reopen.
void join(Router& router, EventLoop& from, ConnectionPtr connection, Join request, Done<domain::JoinView> done);

/// The socket leaves the room, if it is there (or is about to enter it); the others hear `user-left`. Never refused.
void leave(Router& router, EventLoop& from, ConnectionPtr connection, const SessionId& session,
           protocol::socketio::DisconnectReason reason);

/// The socket, which stays connected, leaves the room of a session that has ended, so that another can have its place. Nobody is told. A
/// session that is open again when it is its turn keeps its room.
enum class Vacated : std::uint8_t { left, kept };
void vacate(Router& router, EventLoop& from, ConnectionPtr connection, const SessionId& session, Done<Vacated> done);

}  // namespace parley::service
