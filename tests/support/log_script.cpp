#include "support/log_script.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "base/assert.hpp"
#include "base/utf8.hpp"
#include "domain/created.hpp"
#include "domain/extensions.hpp"

namespace parley::test {

using domain::Draft;
using domain::EntryKind;
using store::Append;

ObjectId object_id(std::uint32_t number) {
  ObjectId id;
  id.bytes[0] = 0x65;
  for (std::size_t index = 0; index < 4; ++index) id.bytes[11 - index] = static_cast<std::uint8_t>(number >> (8 * index));
  return id;
}

UserId user_id(std::uint32_t number) {
  return UserId::of(object_id(number));
}

LogScript::LogScript(std::uint64_t number, std::uint32_t doctor, std::uint32_t patient, std::optional<SessionId> id) {
  std::array<std::uint8_t, 16> random{};
  for (std::size_t index = 0; index < 5; ++index) random[index] = static_cast<std::uint8_t>(number >> (8 * index));
  row_.id = id.value_or(SessionId::from_random(random));
  row_.number = SessionNumber{number};
  row_.secret.fill(static_cast<std::uint8_t>(number));
  row_.participants = {{user_id(doctor), {"doctor"}}, {user_id(patient), {"patient"}}};
  head_ = domain::genesis(row_.id);
}

Append LogScript::begin() const {
  Append append;
  append.session = row_.number;
  append.expected = head_.position();
  return append;
}

void LogScript::add(Append& append, Draft draft, const std::optional<domain::Deletion>& deletion) {
  const bool is_text = draft.kind == EntryKind::text;
  const domain::Role role = draft.sender_role;
  const std::uint64_t code_points = code_point_count(draft.text);
  now_ += std::chrono::seconds{1};
  draft.time = now_;
  draft.deletion = deletion;
  domain::Chained chained = domain::chain(head_, row_.number, std::move(draft), entropy_);
  if (is_text) live_.push_back({head_.seq, role, code_points, head_.timestamp});
  entries_.push_back(chained.encoded);
  append.entries.push_back(std::move(chained.encoded));
}

Append LogScript::create() {
  Append append = begin();
  row_.created_at = now_ + std::chrono::seconds{1};
  row_.object_id = domain::make_entry_id(row_.created_at, row_.number, 1);
  add(append, domain::created_draft(row_, row_.participants[0]));
  append.row = std::make_shared<const domain::SessionRow>(row_);
  return append;
}

Append LogScript::start() {
  Append append = begin();
  Draft draft;
  draft.kind = EntryKind::participant;
  draft.sender = row_.participants[1].user;
  draft.sender_role = row_.participants[1].role;
  draft.extensions = {domain::participant_extension({domain::ParticipantChangeKind::first_join, row_.participants[1]})};
  add(append, std::move(draft));
  row_.status = domain::SessionStatus::active;
  row_.started_at = head_.timestamp;
  append.row = std::make_shared<const domain::SessionRow>(row_);
  return append;
}

Draft LogScript::text_draft(const std::string& text, const std::string& client_message_id) const {
  Draft draft;
  draft.sender = row_.participants[0].user;
  draft.sender_role = row_.participants[0].role;
  draft.text = text;
  draft.client_message_id = client_message_id;
  draft.key = key(client_message_id);
  return draft;
}

Append LogScript::text(const std::string& text, const std::string& client_message_id) {
  Append append = begin();
  add(append, text_draft(text, client_message_id));
  return append;
}

Append LogScript::texts(std::size_t count) {
  Append append = begin();
  for (std::size_t index = 0; index < count; ++index) add(append, text_draft("text " + std::to_string(head_.seq + 1), {}));
  return append;
}

Append LogScript::remove(std::uint32_t seq) {
  Append append = begin();
  const auto target = std::ranges::find(live_, seq, &LiveText::seq);
  PARLEY_ASSERT(target != live_.end());
  domain::Deletion deletion{.sender_role = target->role, .code_points = target->code_points, .first_live_text = {}, .last_live_text = {}};
  live_.erase(target);
  if (!live_.empty()) {
    deletion.first_live_text = live_.front().time;
    deletion.last_live_text = live_.back().time;
  }
  Draft draft;
  draft.kind = EntryKind::deleted;
  draft.sender = row_.participants[0].user;
  draft.sender_role = row_.participants[0].role;
  draft.extensions = {domain::target_seq_extension(seq), domain::target_id_extension(domain::decode_core(entries_[seq - 1].core)->id)};
  draft.attributes = {{"reason", "by its sender"}};
  add(append, std::move(draft), deletion);
  append.erase_body_of = seq;
  return append;
}

Append LogScript::end() {
  Append append = begin();
  Draft draft;
  draft.kind = EntryKind::ended;
  draft.sender = row_.participants[0].user;
  draft.sender_role = row_.participants[0].role;
  add(append, std::move(draft));
  row_.status = domain::SessionStatus::ended;
  row_.ended_at = head_.timestamp;
  append.row = std::make_shared<const domain::SessionRow>(row_);
  return append;
}

Append LogScript::reopen() {
  Append append = begin();
  Draft draft;
  draft.kind = EntryKind::reopened;
  draft.sender = row_.participants[0].user;
  draft.sender_role = row_.participants[0].role;
  add(append, std::move(draft));
  row_.reopen(head_.timestamp);
  append.row = std::make_shared<const domain::SessionRow>(row_);
  return append;
}

Append LogScript::invite(std::uint32_t user) {
  Append append = begin();
  const domain::Participant guest{user_id(user), {"patient"}};
  Draft draft;
  draft.kind = EntryKind::participant;
  draft.sender = row_.participants[0].user;
  draft.sender_role = row_.participants[0].role;
  draft.extensions = {domain::participant_extension({domain::ParticipantChangeKind::added, guest})};
  add(append, std::move(draft));
  row_.participants.push_back(guest);
  append.row = std::make_shared<const domain::SessionRow>(row_);
  return append;
}

Key16 LogScript::key(const std::string& client_message_id) const {
  return domain::idempotency_key(row_.secret, row_.participants[0].user, client_message_id);
}

}  // namespace parley::test
