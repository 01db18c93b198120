#include "service/memory/entry_view.hpp"

#include <utility>

#include "domain/created.hpp"
#include "domain/extensions.hpp"
#include "service/memory/stored_text.hpp"

namespace parley::service {
namespace {

using domain::EntryKind;
using domain::EntryView;

Result<void> fill_content(EntryView& view, const SessionId& session, domain::Entry entry) {
  switch (entry.core.kind) {
    case EntryKind::created: {
      auto row = domain::read_created_row(entry);
      if (!row) return std::unexpected(std::move(row.error()));
      view.content = EntryView::Created{std::move(row->participants)};
      break;
    }
    case EntryKind::participant: {
      auto change = domain::read_participant_change(entry.core);
      if (!change) return std::unexpected(std::move(change.error()));
      view.content = std::move(*change);
      break;
    }
    case EntryKind::text:
      view.content = message_view(session, stored_text(std::move(entry)), {});
      break;
    case EntryKind::deleted: {
      const auto target = domain::read_target_id(entry.core);
      if (!target) return std::unexpected(target.error());
      view.content = EntryView::Deleted{*target, entry.core.sender};
      break;
    }
    case EntryKind::ended:
      view.content = EntryView::Ended{entry.core.sender};
      break;
    case EntryKind::reopened:
      view.content = EntryView::Reopened{entry.core.sender};
      break;
    default:  // participants receive no more than this, also of kinds of later versions
      break;
  }
  return {};
}

}  // namespace

Result<EntryView> entry_view(const SessionId& session, domain::Entry entry, std::size_t stored_bytes) {
  EntryView view;
  view.kind = entry.core.kind;
  view.digest = entry.trailer.digest;
  view.position = entry.position();
  view.timestamp = entry.core.timestamp;
  view.stored_bytes = stored_bytes;
  if (auto filled = fill_content(view, session, std::move(entry)); !filled) return std::unexpected(std::move(filled.error()));
  return view;
}

}  // namespace parley::service
