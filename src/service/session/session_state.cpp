#include "service/session/session_state.hpp"

#include <algorithm>
#include <utility>

#include "domain/extensions.hpp"
#include "service/session/load.hpp"

namespace parley::service {

SessionState::SessionState(SessionShard& shard, LoadedSession loaded) : steps(shard, *this) {
  adopt(std::move(loaded));
}

std::size_t SessionState::weight() const {
  return texts.bytes() + keys.bytes();
}

Member* SessionState::member(std::uint64_t connection) {
  const auto found = std::ranges::find_if(members, [connection](const Member& member) { return member.connection->id == connection; });
  return found == members.end() ? nullptr : &*found;
}

void SessionState::adopt(LoadedSession loaded) {
  take_row(std::make_shared<const domain::SessionRow>(std::move(loaded.row)));
  head = std::move(loaded.head);
  texts = std::move(loaded.texts);
  keys.reset(loaded.from_seq);
  for (const auto& [seq, key] : loaded.keys) keys.add(key, seq);
  emitted_seq = loaded.emitted_seq;
  users = std::move(loaded.users);
  steps.reset_outlook();
}

void SessionState::take_row(std::shared_ptr<const domain::SessionRow> committed) {
  row = std::move(committed);
  const bool has_ended = row->status == domain::SessionStatus::ended;
  for (const Member& member : members) member.place->is_free.store(has_ended, std::memory_order_relaxed);
}

const StoredText* SessionState::apply(domain::Entry entry) {
  if (entry.core.kind == domain::EntryKind::text) return &texts.push(stored_text(std::move(entry)));
  if (entry.core.kind == domain::EntryKind::deleted) {
    if (const auto target = domain::read_target_seq(entry.core)) texts.mark_deleted(*target);
  }
  return nullptr;
}

namespace {

Timestamp time_of(const domain::Core& core) {
  return domain::time_for_clients(core).value_or(core.timestamp);
}

/// Returns false if the entry does not describe the change.
bool change_participants(domain::SessionRow& row, const domain::Core& core) {
  const auto change = domain::read_participant_change(core);
  if (!change) return false;
  switch (change->kind) {
    case domain::ParticipantChangeKind::added:
      row.participants.push_back(change->participant);
      break;
    case domain::ParticipantChangeKind::removed:
      std::erase_if(row.participants, [&](const auto& participant) { return participant.user == change->participant.user; });
      break;
    case domain::ParticipantChangeKind::first_join:
      row.start(time_of(core));
      break;
  }
  return true;
}

}  // namespace

std::shared_ptr<const domain::SessionRow> row_after(const domain::SessionRow& row, const domain::Entry& entry) {
  domain::SessionRow after = row;
  switch (entry.core.kind) {
    case domain::EntryKind::ended:
      after.end(time_of(entry.core));
      break;
    case domain::EntryKind::reopened:
      after.reopen(entry.core.timestamp);
      break;
    case domain::EntryKind::participant:
      if (!change_participants(after, entry.core)) return nullptr;
      break;
    default:
      return nullptr;
  }
  return std::make_shared<const domain::SessionRow>(std::move(after));
}

}  // namespace parley::service
