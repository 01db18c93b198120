// The log by position: any range of it, checked and proven, at a cost that does not depend on its position.
#pragma once

#include <cstddef>

#include "domain/views.hpp"
#include "service/session/invocation.hpp"
#include "store/session_log.hpp"

namespace parley::service {

struct WhichLog {
  SessionId session;
  SessionNumber number;
};

/// Reads a range inside one read job, so from one consistent state. Returns at most `bytes_max` of entries as stored, but at least one.
/// Errors: those of LogReader. A place that is not in this history is no error; the answer is then a reset from the beginning.
[[nodiscard]] Result<domain::EntriesView> read_range(store::LogReader& reader, const WhichLog& log, const domain::EntryRange& range,
                                                     std::size_t bytes_max);

struct RangeRequest {
  domain::EntryRange range;
  std::size_t bytes_max = 0;
  ConnectionPtr asker;  // if it has disconnected, nothing is read; null: read in any case
};
/// As read_range, but on a reader thread, beside the session's other work. In a Turn of the session's shard.
void read_range_aside(const SessionState& session, RangeRequest request, Answer<domain::EntriesView> answer);

/// ChatService::read_entries.
void read_entries(Invocation by, ReadEntries request, Done<domain::EntriesView> done);

}  // namespace parley::service
