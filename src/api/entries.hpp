// The log by position, as JSON: what clients ask for and what they get (ARCHITECTURE.md, "Added interfaces").
#pragma once

#include <string_view>

#include "api/request.hpp"
#include "base/json_writer.hpp"
#include "base/result.hpp"
#include "domain/views.hpp"

namespace parley::api {

/// `after`, `before`, `limit` and `core` of a query. A place is a position or a bare seq; empty or absent: none. `limit` is 1 to
/// limits::entries_limit_max. Error invalid_argument `Invalid <name>`: nothing is clamped silently.
[[nodiscard]] Result<domain::EntryRange> entry_range_from_query(std::string_view query);

/// The same members of an event; `limit` is 1 to limits::socket_entries_max. A place may be a number (a bare seq) or null (none).
[[nodiscard]] Result<domain::EntryRange> entry_range_from_event(const Fields& fields);

/// The members of {"from":…,"to":…,"count":…,"digest":…,"more":…[,"reset":true],"entries":[…]}, into an object that is open.
void write_entries(JsonWriter& writer, const domain::EntriesView& view);

}  // namespace parley::api
