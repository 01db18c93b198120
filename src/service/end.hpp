// Ending a session: an entry of the log, after which nobody sends any more.
#pragma once

#include "service/connection.hpp"
#include "service/router.hpp"
#include "service/sweep.hpp"

namespace parley::service {

/// ChatService::end_session. Once accepted it is carried out, whatever becomes of who asked.
void end_session(Router& router, EventLoop& from, CallerPtr caller, const domain::SessionField& session, Done<domain::EndView> done);

/// Ends a session by `ender` (empty: the server itself) if `rule` still holds when it is its turn. A session that nobody is joined to is
/// let go of afterwards: a sweep must not push the busy ones out of memory.
enum class StaleEnd : std::uint8_t { ended, left_alone };
void end_if_stale(Router& router, EventLoop& from, const SessionId& session, const domain::User& ender, const StaleRule& rule,
                  Done<StaleEnd> done);

}  // namespace parley::service
