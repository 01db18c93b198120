// Reads for callers with access: pages, history, statistics, the signalling record, sessions.
#pragma once

#include "service/session/router.hpp"
#include "service/shared/connection.hpp"

namespace parley::service {

/// The methods of ChatService of the same names.
void get_session(Router& router, EventLoop& from, CallerPtr caller, const domain::SessionField& session, Done<domain::SessionView> done);
void active_sessions(Router& router, EventLoop& from, CallerPtr caller, std::optional<store::SessionPlace> after,
                     Done<OpenSessionsList> done);
void read_page(Router& router, EventLoop& from, CallerPtr caller, ReadPage request, Done<domain::PageView> done);
void read_history(Router& router, EventLoop& from, CallerPtr caller, const domain::SessionField& session,
                  Done<std::vector<domain::MessageView>> done);
void read_stats(Router& router, EventLoop& from, CallerPtr caller, const domain::SessionField& session, Done<domain::StatsView> done);
void read_signalling(Router& router, EventLoop& from, CallerPtr caller, const domain::SessionField& session, store::SignallingRange range,
                     Done<SignallingList> done);

}  // namespace parley::service
