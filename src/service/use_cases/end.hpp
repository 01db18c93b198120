// Ends a session: an entry of the log, after which nobody can send.
#pragma once

#include "service/session/invocation.hpp"
#include "service/use_cases/sweep.hpp"

namespace parley::service {

/// ChatService::end_session. Once accepted it is carried out, even if the caller disconnects.
void end_session(Invocation by, const domain::SessionField& session, Done<domain::EndView> done);

/// Ends a session in the caller's name if `rule` still holds when the turn comes. A session without members is
/// unloaded afterwards: a sweep must not push the busy sessions out of memory.
enum class StaleEnd : std::uint8_t { ended, left_alone };
void end_if_stale(Invocation by, const SessionId& session, const StaleRule& rule, Done<StaleEnd> done);

}  // namespace parley::service
