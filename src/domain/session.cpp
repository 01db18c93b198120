// What a session's row implies.
#include "domain/session.hpp"

#include <algorithm>

#include "base/assert.hpp"

namespace parley::domain {

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

const Participant* SessionRow::participant(const ObjectId& user) const {
  const auto found = std::ranges::find(participants, user, &Participant::user);
  return found == participants.end() ? nullptr : &*found;
}

std::int64_t SessionRow::duration_seconds() const {
  if (!started_at || !ended_at || *ended_at < *started_at) return 0;
  return std::chrono::floor<std::chrono::seconds>(*ended_at - *started_at).count();
}

}  // namespace parley::domain
