// Reads for callers with access: pages, history, statistics, the signalling record, sessions.
#pragma once

#include "service/session/invocation.hpp"

namespace parley::service {

/// The methods of ChatService of the same names.
void get_session(Invocation by, const domain::SessionField& session, Done<domain::SessionView> done);
void active_sessions(Invocation by, std::optional<store::SessionPlace> after, Done<OpenSessionsList> done);
void read_page(Invocation by, ReadPage request, Done<domain::PageView> done);
void read_history(Invocation by, const domain::SessionField& session, Done<std::vector<domain::MessageView>> done);
void read_stats(Invocation by, const domain::SessionField& session, Done<domain::StatsView> done);
void read_signalling(Invocation by, ReadSignalling request, Done<SignallingList> done);

}  // namespace parley::service
