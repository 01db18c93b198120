// Ends a session: an entry of the log, after which nobody can send.
#pragma once

#include "service/session/router.hpp"
#include "service/shared/connection.hpp"
#include "service/use_cases/sweep.hpp"

namespace parley::service {

/// ChatService::end_session. Once accepted it is carried out, even if the caller disconnects.
void end_session(Router& router, EventLoop& from, CallerPtr caller, const domain::SessionField& session, Done<domain::EndView> done);

/// Ends a session in the name of `ender` (empty: the server itself) if `rule` still holds when the turn comes. A session without members is
/// unloaded afterwards: a sweep must not push the busy sessions out of memory.
enum class StaleEnd : std::uint8_t { ended, left_alone };
void end_if_stale(Router& router, EventLoop& from, const SessionId& session, const domain::User& ender, const StaleRule& rule,
                  Done<StaleEnd> done);

}  // namespace parley::service
