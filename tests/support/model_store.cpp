#include "support/model_store.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "base/assert.hpp"
#include "domain/error_code.hpp"
#include "domain/extensions.hpp"

namespace parley::test {

namespace {

using domain::EncodedEntry;
using domain::EntryKind;
using domain::Position;
using store::Append;
using store::AppendOutcome;
using store::AppendStatus;

domain::Core core_of(const EncodedEntry& entry) {
  auto core = domain::decode_core(entry.core);
  PARLEY_ASSERT(core.has_value());
  return *std::move(core);
}

domain::Trailer trailer_of(const EncodedEntry& entry) {
  auto trailer = domain::decode_trailer(entry.trailer, entry.core, entry.body);
  PARLEY_ASSERT(trailer.has_value());
  return *std::move(trailer);
}

Position position_of(const EncodedEntry& entry) {
  return Position::at(entry.seq, trailer_of(entry).digest);
}

bool follows_densely(const Append& append) {
  std::uint32_t seq = append.expected.seq;
  return std::ranges::all_of(append.entries, [&](const EncodedEntry& entry) { return entry.seq == ++seq; });
}

Error error_of(ErrorCode code, std::string message) {
  return Error{code, std::move(message), {}};
}

std::optional<Error> check_shape(const Append& append) {
  if (append.entries.empty() || append.entries.size() > limits::append_entries_max)
    return error_of(ErrorCode::invalid_argument, "An append holds 1 to " + std::to_string(limits::append_entries_max) + " entries");
  if (!follows_densely(append)) return error_of(ErrorCode::invalid_argument, "The entries do not follow the expected position");
  for (const EncodedEntry& entry : append.entries) {
    if (entry.size_bytes() > limits::entry_bytes_max) return error_of(ErrorCode::invalid_argument, "Entry too large");
    const bool text_past_end = entry.seq > limits::text_seq_max && core_of(entry).kind == EntryKind::text;
    if (entry.seq > limits::seq_max || text_past_end) return error_of(ErrorCode::session_full, "Session is full");
    if (!domain::decode_trailer(entry.trailer, entry.core, entry.body))
      return error_of(ErrorCode::invalid_argument, "Entry with a wrong checksum");
  }
  return std::nullopt;
}

}  // namespace

void ModelStore::attach(EventLoop& loop, store::CommitListener& listener) {
  listeners_[loop.index()] = {&loop, &listener};
}

void ModelStore::append(EventLoop& loop, Append append) {
  PARLEY_ASSERT(listeners_.contains(loop.index()));
  std::optional<Error> error = check_shape(append);
  if (!error && waiting_entries_ + append.entries.size() > limits::commit_queue_entries_max)
    error = Error{ErrorCode::overloaded, "The server is overloaded", {}, 100};
  if (error) {
    AppendOutcome refused{.session = append.session, .token = append.token, .status = AppendStatus::refused};
    refused.error = std::move(error);
    post_outcome(loop, std::move(refused));
    return;
  }
  waiting_entries_ += append.entries.size();
  queue_.push_back({&loop, std::move(append)});
  schedule_commit();
}

void ModelStore::release_commits() {
  held_ = false;
  schedule_commit();
}

void ModelStore::schedule_commit() {
  if (held_ || commit_scheduled_) return;
  commit_scheduled_ = true;
  worker_.post([this] { commit(); });
}

void ModelStore::commit() {
  commit_scheduled_ = false;
  if (held_) return;
  std::map<std::size_t, std::vector<AppendOutcome>> outcomes;
  while (!queue_.empty()) {
    Waiting next = std::move(queue_.front());
    queue_.pop_front();
    waiting_entries_ -= next.append.entries.size();
    outcomes[next.loop->index()].push_back(sync_broken_ ? lose(next.append) : settle(std::move(next.append)));
  }
  commit_revocations();
  if (std::exchange(sync_broken_, false))
    refusal_ = error_of(ErrorCode::store_failed, "The store has failed and accepts nothing until restart");
  for (; !waiting_users_.empty(); waiting_users_.pop_front()) users_[waiting_users_.front().id] = waiting_users_.front();
  for (; !waiting_signalling_.empty(); waiting_signalling_.pop_front())
    signalling_[waiting_signalling_.front().session].push_back(waiting_signalling_.front());
  ++commits_;
  for (auto& [index, of_loop] : outcomes) {
    auto [loop, listener] = listeners_.at(index);
    loop->post([listener, batch = std::move(of_loop)]() mutable { listener->on_appended(batch); });
  }
}

AppendOutcome ModelStore::lose(const Append& append) const {
  AppendOutcome outcome{.session = append.session, .token = append.token, .status = AppendStatus::unknown};
  outcome.error = error_of(ErrorCode::outcome_unknown, "The outcome is not known");
  return outcome;
}

AppendOutcome ModelStore::settle(Append append) {
  AppendOutcome outcome{.session = append.session, .token = append.token};
  outcome.error = check(append);
  if (!failures_.empty()) {
    if (failures_.front()) outcome.error = std::move(failures_.front());
    failures_.pop_front();
  }
  if (outcome.error) {
    outcome.status = AppendStatus::refused;
    return outcome;
  }
  const auto holder = append.row ? rows_.find(append.row->id) : rows_.end();
  if (append.expected.seq == 0 && holder != rows_.end() && holder->second.number != append.session) {
    outcome.status = AppendStatus::refused;
    outcome.error = Error{ErrorCode::already_exists, "The session id is taken", append.row->id.to_string()};
    return outcome;
  }
  if (append.expected.seq != head_of(append.session).seq || (append.expected.seq > 0 && append.expected != head_of(append.session)))
    return conflict(append);
  if (append.erase_body_of && (*append.erase_body_of == 0 || *append.erase_body_of > append.expected.seq)) {
    outcome.status = AppendStatus::refused;
    outcome.error = error_of(ErrorCode::not_found, "No such entry to erase");
    return outcome;
  }
  outcome.head = position_of(append.entries.back());
  outcome.entries = append.entries;
  if (const auto fate = std::exchange(unknown_, std::nullopt)) {
    outcome = AppendOutcome{.session = append.session, .token = append.token, .status = AppendStatus::unknown};
    outcome.error = error_of(ErrorCode::outcome_unknown, "The outcome is not known");
    if (fate == Fate::lost) return outcome;
    if (fate == Fate::late) return late_.push_back(std::move(append)), outcome;
    arrived_.push_back(append.session);
  }
  store_entries(std::move(append));
  return outcome;
}

std::optional<Error> ModelStore::check(const Append& append) const {
  if (refusal_) return refusal_;
  if (auto error = first_corruption(append.session, 1, limits::seq_max)) return error;
  const auto needs_room = [](const EncodedEntry& entry) {
    const EntryKind kind = core_of(entry).kind;
    return kind == EntryKind::text || kind == EntryKind::created || kind == EntryKind::reopened;
  };
  if (full_ && std::ranges::any_of(append.entries, needs_room)) return error_of(ErrorCode::store_full, "The store is full");
  return std::nullopt;
}

std::optional<Error> ModelStore::first_corruption(SessionNumber session, std::uint32_t first, std::uint32_t last) const {
  const auto found = corrupt_.lower_bound({session, first});
  if (found == corrupt_.end() || found->first != session || found->second > last) return std::nullopt;
  return error_of(ErrorCode::log_corrupt,
                  "Session " + std::to_string(session.value) + ", entry " + std::to_string(found->second) + ": wrong checksum");
}

AppendOutcome ModelStore::conflict(const Append& append) const {
  AppendOutcome outcome{.session = append.session, .token = append.token, .status = AppendStatus::conflict};
  outcome.head = head_of(append.session);
  const auto log = logs_.find(append.session);
  if (log == logs_.end() || append.expected.seq + 1 < log->second.first_seq) return outcome;
  const std::uint32_t offset = append.expected.seq + 1 - log->second.first_seq;
  const auto& entries = log->second.entries;
  if (offset >= entries.size()) return outcome;
  const auto first = entries.begin() + offset;
  const bool same_history = append.expected.seq == 0 || (offset > 0 && position_of(*(first - 1)) == append.expected);
  if (!same_history) return outcome;
  const auto same_core = [](const EncodedEntry& left, const EncodedEntry& right) { return left.core == right.core; };
  const auto count = std::min<std::size_t>(append.entries.size(), static_cast<std::size_t>(entries.end() - first));
  if (count == append.entries.size() && std::equal(first, first + static_cast<std::ptrdiff_t>(count), append.entries.begin(), same_core)) {
    outcome.status = AppendStatus::committed;
    outcome.head = position_of(append.entries.back());
    outcome.entries = append.entries;
    return outcome;
  }
  std::size_t bytes = 0;
  for (auto each = first; each != entries.end() && !store::conflict_tail.is_full(outcome.tail.size(), bytes); ++each) {
    bytes += each->size_bytes();
    outcome.tail.push_back(*each);
  }
  return outcome;
}

Position ModelStore::head_of(SessionNumber session) const {
  const auto log = logs_.find(session);
  return log == logs_.end() || log->second.entries.empty() ? Position{} : position_of(log->second.entries.back());
}

void ModelStore::continue_at(SessionNumber session, EncodedEntry last) {
  Log& log = logs_[session];
  log = Log{.first_seq = last.seq, .entries = {}, .keys = {}, .deleted = {}};
  log.entries.push_back(std::move(last));
}

void ModelStore::store_entries(Append append) {
  Log& log = logs_[append.session];
  if (append.erase_body_of) erase_body(log, *append.erase_body_of);
  for (EncodedEntry& entry : append.entries) {
    const Key16 key = core_of(entry).key;
    if (key != Key16{}) log.keys.try_emplace(key, entry.seq);
    log.entries.push_back(std::move(entry));
  }
  if (append.row) rows_[append.row->id] = *append.row;
}

void ModelStore::erase_body(Log& log, std::uint32_t seq) {
  EncodedEntry& entry = log.entries[seq - log.first_seq];
  const domain::Trailer trailer = trailer_of(entry);
  entry.body.clear();
  entry.trailer = domain::encode_trailer(trailer, entry.core, entry.body);
  log.deleted.insert(seq);
}

void ModelStore::post_outcome(EventLoop& loop, AppendOutcome outcome) {
  auto [target, listener] = listeners_.at(loop.index());
  target->post([listener, one = std::move(outcome)]() mutable { listener->on_appended({&one, 1}); });
}

void ModelStore::look_for_unknown() {
  for (Append& append : std::exchange(late_, {})) {
    const Position head = head_of(append.session);
    if (append.expected.seq != head.seq || (head.seq > 0 && append.expected != head)) continue;
    arrived_.push_back(append.session);
    store_entries(std::move(append));
  }
  for (const SessionNumber session : std::exchange(arrived_, {})) announce(session);
}

void ModelStore::announce(SessionNumber session) {
  for (const auto& [index, port] : listeners_) port.first->post([listener = port.second, session] { listener->on_arrived(session); });
}

void ModelStore::intrude(Append append) {
  const Position head = head_of(append.session);
  PARLEY_ASSERT(append.expected.seq == head.seq && (head.seq == 0 || append.expected == head));
  PARLEY_ASSERT(!check_shape(append) && !check(append));
  store_entries(std::move(append));
}

std::vector<EncodedEntry> ModelStore::entries_of(SessionNumber session) const {
  const auto log = logs_.find(session);
  return log == logs_.end() ? std::vector<EncodedEntry>{} : log->second.entries;
}

void ModelStore::revoke(EventLoop& loop, domain::Revocation revocation, std::move_only_function<void(Result<void>)> done) {
  waiting_revocations_.push_back({&loop, revocation, std::move(done)});
  schedule_commit();
}

void ModelStore::commit_revocations() {
  for (; !waiting_revocations_.empty(); waiting_revocations_.pop_front()) {
    auto& [loop, revocation, done] = waiting_revocations_.front();
    Result<void> result;
    if (sync_broken_)
      result = refuse(ErrorCode::outcome_unknown, "The outcome is not known");
    else if (refusal_)
      result = std::unexpected(*refusal_);
    else
      revocations_[revocation.token] = revocation;
    loop->post([told = std::move(done), result = std::move(result)]() mutable { told(std::move(result)); });
  }
}

void ModelStore::remember_user(const domain::User& user) {
  waiting_users_.push_back(user);
  schedule_commit();
}

void ModelStore::record(store::SignallingMessage message) {
  if (waiting_signalling_.size() >= limits::signalling_queue_max) {
    ++signalling_dropped_;
    return;
  }
  waiting_signalling_.push_back(std::move(message));
  schedule_commit();
}

}  // namespace parley::test
