// Creates sessions: the checks that need no store. The rest is in session/creator.
#pragma once

#include "service/session/router.hpp"
#include "service/shared/connection.hpp"

namespace parley::service {

/// ChatService::create_session.
void create_session(Router& router, EventLoop& from, CallerPtr caller, CreateSession request, Done<domain::SessionView> done);

}  // namespace parley::service
