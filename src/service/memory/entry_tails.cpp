#include "service/memory/entry_tails.hpp"

#include <utility>

#include "api/entries.hpp"
#include "service/memory/entry_view.hpp"

namespace parley::service {

using domain::EntriesView;

std::optional<EntriesView> EntryTails::answer(const domain::SessionRow& session, const domain::EntryRange& range, std::size_t bytes_max) {
  Kept* const kept = tails_.use(session.number);
  if (kept == nullptr) return std::nullopt;
  kept->unread = 0;
  return kept->tail.answer(session.id, range, bytes_max);
}

void EntryTails::keep(SessionNumber session, const domain::Head& head, const EntriesView& read) {
  const bool reaches_the_head = read.to == head.position();
  const bool is_written = !read.entries.empty() && !read.entries.front().json.empty();
  std::size_t bytes = 0;
  for (const domain::EntryView& entry : read.entries) bytes += entry.json.size();
  if (!reaches_the_head || !is_written || bytes > limits::entry_tail_bytes_max) return;
  tails_.erase(session);
  tails_.try_put(session, Kept{EntryTail(read)});
}

void EntryTails::note(const domain::SessionRow& session, const domain::Entry& entry, std::size_t stored_bytes) {
  Kept* const kept = tails_.size() == 0 ? nullptr : tails_.find(session.number);
  if (kept == nullptr) return;
  // A deletion changes an entry that may be written here, and its text must be in no answer any more.
  const bool is_worth_it = entry.core.kind != domain::EntryKind::deleted && ++kept->unread <= limits::entry_tail_unread_max;
  if (!is_worth_it) return drop(session.number);
  auto view = entry_view(session.id, entry, stored_bytes);
  if (!view || view->position.seq != kept->tail.last_seq() + 1) return drop(session.number);
  view->json = api::entry_json(*view, session.id);
  kept->tail.push(*view);
}

}  // namespace parley::service
