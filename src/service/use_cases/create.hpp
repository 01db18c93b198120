// Creates sessions: the checks that need no store. The rest is in session/creator.
#pragma once

#include "service/session/invocation.hpp"

namespace parley::service {

/// ChatService::create_session.
void create_session(Invocation by, CreateSession request, Done<domain::SessionView> done);

}  // namespace parley::service
