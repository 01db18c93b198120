#include "store/mongo/adoption/foreign_deletions.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "base/limits.hpp"
#include "domain/error_code.hpp"

namespace parley::store::mongo {

namespace {

constexpr std::string_view reason = "Deleted in chatmessages by other software";

std::string messages(std::uint64_t count) {
  return std::to_string(count) + (count == 1 ? " message" : " messages");
}

}  // namespace

bool is_final(const Error& error) {
  return error.code == ErrorCode::log_corrupt || error.code == ErrorCode::session_full ||
         (error.code == ErrorCode::store_failed && error.retry_after_ms == 0);
}

ForeignDeletions::ForeignDeletions(Dependencies deps)
    : deps_(deps), writer_({deps.state, deps.clock, deps.places, deps.entropy, deps.topology, [this](SessionNumber session) {
                              deps_.ports.announce(session);
                            }}) {}

void ForeignDeletions::take(Client& client, const ChangeEvent& event, std::uint64_t number) {
  if (guard_.is_flooded(event.at)) {
    ttl_indexes_.look(client, deps_.clock.steady_now());  // now: the index may be gone by the flood's last event
    ++flood_;
    return;
  }
  Unknown deletion{event.id, event.at, number, deps_.clock.steady_now() + limits::mongo_deletion_unknown};
  if (seek(client, deletion) == Sought::done) return;
  unknown_.push_back(deletion);
  if (unknown_.size() > limits::mongo_deletions_unknown_max) unknown_.pop_front();
}

ForeignDeletions::Sought ForeignDeletions::seek(Client& client, const Unknown& deletion) {
  const auto located = writer_.locate(client, deletion.message);
  if (!located) return is_final(located.error()) ? Sought::done : Sought::not_known;
  if (!*located) return Sought::not_in_log;
  if (!(*located)->is_live) {  // deleted by Parley's own mirror, or by a faster node
    deps_.ports.announce((*located)->session);
    return Sought::done;
  }
  const auto expired = ttl_indexes_.explain(client, (*located)->time, deletion.at);
  if (!expired) return Sought::not_known;
  if (*expired)
    ++expired_;
  else
    guard_.add({deletion.message, (*located)->session, (*located)->seq, (*located)->live_texts, deletion.at, deletion.event});
  return Sought::done;
}

void ForeignDeletions::seek_again(Client& client) {
  const SteadyTime now = deps_.clock.steady_now();
  std::deque<Unknown> still;
  for (Unknown& each : std::exchange(unknown_, {})) {
    if (each.again_at > now) {
      still.push_back(each);
      continue;
    }
    if (seek(client, each) != Sought::not_known) continue;
    each.again_at = now + limits::mongo_look_retry_after;
    still.push_back(each);
  }
  unknown_ = std::move(still);
}

void ForeignDeletions::rule(Client& client, Timestamp seen, bool is_idle) {
  std::map<SessionNumber, std::uint64_t> too_many;
  for (DeletionGuard::Ruled& ruled : guard_.rule(seen)) {
    if (ruled.ruling == DeletionGuard::Ruling::applies)
      allowed_.push_back(ruled.deletion);
    else
      ++too_many[ruled.deletion.session];
  }
  for (const auto& [session, count] : too_many)
    deps_.state.note_foreign_loss(
        "The session " + name_of(session) + " lost " + messages(count) + " at one time. " + std::string(how_to_apply_deletions), count);
  if (is_idle) name_many();
  while (!allowed_.empty() && apply(client, allowed_.front())) allowed_.pop_front();
}

/// The session id, which operators know; the session number if the database does not answer.
std::string ForeignDeletions::name_of(SessionNumber session) {
  const auto row = deps_.directory.find_session(session);
  if (row && *row) return '"' + (*row)->id.to_string() + '"';
  return "number " + std::to_string(session.value);
}

/// Reports many single deletions in one line.
void ForeignDeletions::name_many() {
  if (const auto count = std::exchange(flood_, 0); count > 0)
    deps_.state.note_foreign_loss(messages(count) + " more disappeared at one time. " + std::string(how_to_apply_deletions), count);
  if (const auto count = std::exchange(expired_, 0); count > 0)
    deps_.state.note_foreign_loss(
        messages(count) + " disappeared by a TTL index of chatmessages, or while it had one. " + std::string(how_to_apply_deletions),
        count);
}

/// True if the deletion is finished.
bool ForeignDeletions::apply(Client& client, const ForeignDeletion& deletion) {
  const auto applied = writer_.append(client, {deletion.session, deletion.seq}, reason);
  if (!applied) return is_final(applied.error());
  if (*applied) deps_.state.note_foreign_deletion();
  return true;
}

bool ForeignDeletions::is_finished_up_to(std::uint64_t event) const {
  const auto is_before = [event](const auto& each) { return each.event <= event; };
  return guard_.waiting().value_or(event + 1) > event && std::ranges::none_of(unknown_, is_before) &&
         std::ranges::none_of(allowed_, is_before);
}

void ForeignDeletions::forget() {
  guard_ = DeletionGuard();
  unknown_.clear();
  allowed_.clear();
}

}  // namespace parley::store::mongo
