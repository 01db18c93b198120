// An entry that changes the session's row: a start, an end or a reopening.
#pragma once

#include "domain/session.hpp"
#include "service/session/step.hpp"

namespace parley::service {

/// `by` is the sender of the entry; `change` updates the row. The entry is never older than the end of the log.
[[nodiscard]] Propose row_change(const Outlook& outlook, Timestamp now, domain::EntryKind kind, const domain::Participant& by,
                                 void (domain::SessionRow::*change)(Timestamp));

}  // namespace parley::service
