// Starting, joining and leaving a session. The first join of either kind makes it active, as an entry of the log.
#pragma once

#include "service/connection.hpp"
#include "service/router.hpp"

namespace parley::service {

/// ChatService::start_session: as a join, but nobody enters the room, and the view is as after.
void start_session(Router& router, EventLoop& from, CallerPtr caller, const domain::SessionField& session, Done<domain::SessionView> done);

/// The socket enters the room. The view is the session as it was before this join; the others hear `user-joined`. A repeated join
/// of the same socket changes nothing and tells no one. Refusals: access · `Session has already ended`.
void join(Router& router, EventLoop& from, ConnectionPtr connection, const domain::SessionField& session, Done<domain::SessionView> done);

/// The socket leaves the room, if it is there (or is about to enter it); the others hear `user-left`. Never refused.
void leave(Router& router, EventLoop& from, ConnectionPtr connection, const SessionId& session,
           protocol::socketio::DisconnectReason reason);

}  // namespace parley::service
