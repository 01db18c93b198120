#include "service/session/row_change.hpp"

#include <algorithm>
#include <utility>

namespace parley::service {

Propose row_change(const Outlook& outlook, Timestamp now, const domain::Participant& by, RowChange change) {
  Propose proposal;
  proposal.draft.kind = change.kind;
  proposal.draft.time = std::max(now, outlook.head.timestamp);
  proposal.draft.sender = by.user;
  proposal.draft.sender_role = by.role;
  auto row = std::make_shared<domain::SessionRow>(outlook.row);
  ((*row).*change.apply)(proposal.draft.time);
  proposal.row = std::move(row);
  return proposal;
}

}  // namespace parley::service
