// An entry of the log as participants see it.
#pragma once

#include "base/result.hpp"
#include "domain/views.hpp"

namespace parley::service {

/// Without its core, and not written as JSON. `stored_bytes`: of the encoded entry. Errors: log_corrupt.
[[nodiscard]] Result<domain::EntryView> entry_view(const SessionId& session, domain::Entry entry, std::size_t stored_bytes);

}  // namespace parley::service
