// An entry that changes the session's row: a start, an end or a reopening.
#pragma once

#include "domain/session.hpp"
#include "service/session/step.hpp"

namespace parley::service {

/// The kind of the entry, and its effect on the row.
struct RowChange {
  domain::EntryKind kind;
  void (domain::SessionRow::*apply)(Timestamp);
};

/// `by` is the sender of the entry. The entry is never older than the end of the log.
[[nodiscard]] Propose row_change(const Outlook& outlook, Timestamp now, const domain::Participant& by, RowChange change);

}  // namespace parley::service
