// The log by position: any stretch of it, checked and proven, at a cost that does not depend on how deep it lies.
#pragma once

#include <cstddef>

#include "domain/views.hpp"
#include "service/connection.hpp"
#include "service/router.hpp"
#include "store/session_log.hpp"

namespace parley::service {

struct WhichLog {
  SessionId session;
  SessionNumber number;
};

/// Reads a range inside one read job: one consistent look. At most `bytes_max` of entries as they are stored, but at least one. Errors:
/// those of LogReader; a place that is not in this history is no error but a reset, which begins at the beginning.
[[nodiscard]] Result<domain::EntriesView> read_range(store::LogReader& reader, const WhichLog& log, const domain::EntryRange& range,
                                                     std::size_t bytes_max);

/// The same on a reader thread, beside everything else that the session does. In a Turn of the session's shard. `asker`: not read any
/// more when it has gone; null: read in any case.
void read_range_aside(SessionShard& shard, const SessionState& session, domain::EntryRange range, std::size_t bytes_max,
                      Answer<domain::EntriesView> answer, ConnectionPtr asker);

/// ChatService::read_entries.
void read_entries(Router& router, EventLoop& from, CallerPtr caller, ReadEntries request, Done<domain::EntriesView> done);

}  // namespace parley::service
