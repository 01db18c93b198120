#include "store/mongo/adoption/adoption_plan.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "base/limits.hpp"
#include "domain/created.hpp"
#include "domain/extensions.hpp"

namespace parley::store::mongo {

namespace {

using domain::Draft;
using domain::EntryKind;
using domain::SessionRow;
using domain::SessionStatus;

Draft adopted(EntryKind kind) {
  Draft draft;
  draft.kind = kind;
  draft.flags = domain::flag_adopted;
  return draft;
}

}  // namespace

SessionRow first_row(const ForeignSession& session, SessionNumber number, const Secret32& secret, const domain::RoleSet& roles) {
  SessionRow row;
  row.id = session.id;
  row.number = number;
  row.object_id = session.object_id;
  row.secret = secret;
  row.participants = {{session.doctor, roles.doctor()}, {session.patient, roles.patient()}};
  row.appointment = session.appointment;
  row.created_at = session.created_at;
  return row;
}

ForeignNews news_of(const ForeignSession& session, const std::optional<DocumentState>& known, const SessionRow& row) {
  return foreign_news({session.state, session.started_at.has_value(), known, row.status, row.started_at.has_value()});
}

AdoptionPlan::AdoptionPlan(const ForeignSession& session, const Standing& standing, Foreign foreign)
    : texts_(std::move(foreign.texts)), said_end_(session.state.ended_at) {
  const bool is_new = standing.head.seq == 0;
  const bool more = foreign.more;
  const std::optional<Timestamp> newest = texts_.empty() ? std::nullopt : std::optional(texts_.back().time);
  const auto waits = [&](std::optional<Timestamp> time) { return more && (!time || !newest || *time > *newest); };
  const bool starts_now = foreign.news.starts && !waits(session.started_at);
  const bool reopens_now = foreign.news.reopens && !more;
  const bool ends_now = foreign.news.ends && (foreign.news.reopens ? reopens_now : !waits(said_end_));
  if (is_new) planned_.push_back({Kind::created, session.created_at});
  if (is_new || !texts_.empty()) planned_.push_back({Kind::adopted});
  for (std::size_t index = 0; index < texts_.size(); ++index) planned_.push_back({Kind::text, texts_[index].time, index});
  // A start comes before the messages of the same millisecond, an end after them.
  if (starts_now)
    planned_.insert(
        std::ranges::find_if(planned_, [&](const Planned& each) { return each.kind == Kind::text && each.time >= session.started_at; }),
        {Kind::joined, session.started_at});
  if (ends_now)
    planned_.insert(
        std::ranges::find_if(planned_, [&](const Planned& each) { return each.kind == Kind::text && said_end_ && each.time > said_end_; }),
        {Kind::ended, said_end_});
  if (reopens_now) planned_.push_back({Kind::reopened});
}

AdoptionPlan::Batch AdoptionPlan::make(const Standing& standing, Timestamp now, std::size_t entries_max, Entropy& entropy) const {
  Batch batch;
  batch.after = standing;
  SessionRow& row = batch.after.row;
  domain::Head& head = batch.after.head;
  batch.document.session = row.number;
  if (head.seq == 0) batch.document.session_id = row.id.to_string();
  std::size_t bytes = 0;
  const auto has_room = [&] { return batch.document.entries.size() < entries_max && bytes < limits::mongo_document_bytes_max; };
  for (std::size_t index = next_; index < planned_.size() && has_room(); ++index) {
    const Planned& planned = planned_[index];
    Draft draft = draft_of(planned, row);
    // No document holds the time of a reopening. So the present time is used: no time between the end and now counts as open.
    draft.time = planned.kind == Kind::reopened ? now : std::min(planned.time.value_or(head.timestamp), now);
    batch.document.entries.push_back(domain::chain(head, row.number, std::move(draft), entropy).encoded);
    bytes += batch.document.entries.back().size_bytes();
    if (planned.kind == Kind::text) batch.adopted.push_back({texts_[planned.text].id, head.seq});
    if (planned.kind == Kind::ended) row.end(planned.time.value_or(head.timestamp));
    if (planned.kind == Kind::reopened) row.reopen(head.timestamp);
  }
  if (row != standing.row || standing.head.seq == 0) batch.document.row = domain::encode_session_row(row);
  return batch;
}

std::vector<ForeignText> AdoptionPlan::rest() const {
  std::vector<ForeignText> rest;
  for (std::size_t index = next_; index < planned_.size(); ++index)
    if (planned_[index].kind == Kind::text) rest.push_back(texts_[planned_[index].text]);
  return rest;
}

/// Also applies the planned entry to the row, for `joined`.
Draft AdoptionPlan::draft_of(const Planned& planned, SessionRow& row) const {
  switch (planned.kind) {
    case Kind::created: {
      Draft draft = domain::created_draft(row, row.participants.front());
      draft.flags = domain::flag_adopted;
      return draft;
    }
    case Kind::adopted:
      return adopted_draft();
    case Kind::joined:
      return joined_draft(planned, row);
    case Kind::ended:
      return life_draft(EntryKind::ended);
    case Kind::reopened:
      return life_draft(EntryKind::reopened);
    case Kind::text:
      break;
  }
  return text_draft(texts_[planned.text]);
}

Draft AdoptionPlan::adopted_draft() const {
  Draft draft = adopted(EntryKind::adopted);
  draft.attributes.push_back({"messages", std::to_string(texts_.size())});
  if (!texts_.empty()) draft.attributes.push_back({"last", texts_.back().id.to_string()});
  return draft;
}

// Earlier servers do not record who joined first, but the entry needs a participant.
Draft AdoptionPlan::joined_draft(const Planned& planned, SessionRow& row) const {
  row.status = SessionStatus::active;
  row.started_at = planned.time;
  Draft draft = adopted(EntryKind::participant);
  draft.extensions.push_back(domain::participant_extension({domain::ParticipantChangeKind::first_join, row.participants.front()}));
  if (planned.time) draft.extensions.push_back(domain::original_time_extension(*planned.time));
  return draft;
}

Draft AdoptionPlan::life_draft(EntryKind kind) const {
  Draft draft = adopted(kind);
  if (said_end_) draft.extensions.push_back(domain::original_time_extension(*said_end_));
  return draft;
}

Draft AdoptionPlan::text_draft(const ForeignText& text) const {
  Draft draft = adopted(EntryKind::text);
  draft.sender = text.sender;
  draft.sender_role = text.sender_role;
  draft.message_type = text.type;
  draft.text = text.text;
  draft.extensions = {domain::original_time_extension(text.time), domain::adopted_id_extension(text.id)};
  return draft;
}

}  // namespace parley::store::mongo
