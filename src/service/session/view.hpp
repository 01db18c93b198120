// Domain views of a loaded session, with the known users filled in.
#pragma once

#include "domain/views.hpp"
#include "service/session/context.hpp"
#include "service/session/session_state.hpp"

namespace parley::service {

/// The newest known data of a user: from the cache, else from `fallback`, else the id alone.
[[nodiscard]] domain::User known_user(const Context& context, const UserId& id, const std::vector<domain::User>& fallback);

/// `row` may be older or newer than the committed one: a join shows the session as it was before.
[[nodiscard]] domain::SessionView session_view(const Context& context, const SessionState& session, const domain::SessionRow& row);

}  // namespace parley::service
