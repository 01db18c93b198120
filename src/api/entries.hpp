// The log by position, as JSON: the parameters of requests and the members of answers (ARCHITECTURE.md, "Added interfaces").
#pragma once

#include <string>
#include <string_view>

#include "api/request.hpp"
#include "base/json_writer.hpp"
#include "base/result.hpp"
#include "domain/views.hpp"

namespace parley::api {

/// Reads `after`, `before`, `limit` and `core` of a query. A place is a position or only a seq; empty or absent: none. `limit` is 1 to
/// limits::entries_limit_max. Error invalid_argument `Invalid <name>`: no value is clamped silently.
[[nodiscard]] Result<domain::EntryRange> entry_range_from_query(std::string_view query);

/// Reads the same members of an event. `limit` is 1 to limits::socket_entries_max. A place may be a number (a seq) or null (none).
[[nodiscard]] Result<domain::EntryRange> entry_range_from_event(const Fields& fields);

/// One entry as a member of `entries`.
[[nodiscard]] std::string entry_json(const domain::EntryView& entry, const SessionId& session);

/// Writes the members of {"from":…,"to":…,"count":…,"digest":…,"more":…[,"reset":true],"entries":[…]} into an open object.
void write_entries(JsonWriter& writer, const domain::EntriesView& view);

}  // namespace parley::api
