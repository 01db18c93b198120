// Values that follow from a session's row.
#include "domain/session.hpp"

#include <algorithm>

#include "base/assert.hpp"

namespace parley::domain {
namespace {

std::chrono::milliseconds open_time(const SessionRow& row) {
  const auto opened_at = row.last_opened_at();
  const auto before = row.reopened ? row.reopened->open_before : std::chrono::milliseconds{};
  if (!opened_at || !row.ended_at || *row.ended_at < *opened_at) return before;
  return before + (*row.ended_at - *opened_at);
}

}  // namespace

std::string_view name_of(SessionStatus status) {
  switch (status) {
    case SessionStatus::created:
      return "created";
    case SessionStatus::active:
      return "active";
    case SessionStatus::ended:
      return "ended";
  }
  PARLEY_ASSERT(!"a session status that does not exist");
}

const Participant* SessionRow::participant(const UserId& user) const {
  const auto found = std::ranges::find(participants, user, &Participant::user);
  return found == participants.end() ? nullptr : &*found;
}

void SessionRow::start(Timestamp time) {
  status = SessionStatus::active;
  if (!started_at) started_at = time;
}

void SessionRow::end(Timestamp time) {
  status = SessionStatus::ended;
  ended_at = time;
}

void SessionRow::reopen(Timestamp time) {
  reopened = Reopening{time, open_time(*this)};
  start(time);
  ended_at.reset();
}

std::optional<Timestamp> SessionRow::last_opened_at() const {
  return reopened ? std::optional(reopened->at) : started_at;
}

std::int64_t SessionRow::duration_seconds() const {
  return std::chrono::floor<std::chrono::seconds>(open_time(*this)).count();
}

}  // namespace parley::domain
