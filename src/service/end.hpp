// Ending a session: an entry of the log, after which nobody sends any more.
#pragma once

#include "service/connection.hpp"
#include "service/router.hpp"

namespace parley::service {

/// ChatService::end_session. Once accepted it is carried out, whatever becomes of who asked.
void end_session(Router& router, EventLoop& from, CallerPtr caller, const domain::SessionField& session, Done<domain::EndView> done);

}  // namespace parley::service
