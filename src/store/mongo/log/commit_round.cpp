#include "store/mongo/log/commit_round.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/limits.hpp"
#include "domain/error_code.hpp"
#include "store/common/stored_entries.hpp"
#include "store/mongo/documents/session_document.hpp"
#include "store/mongo/log/erasure.hpp"

namespace parley::store::mongo {

namespace {

using domain::EncodedEntry;

LogDocument document_of(const Group& group) {
  LogDocument document{.session = group.session(), .at = group.at};
  for (const Waiting& each : group.appends) {
    const Append& append = each.prepared.append;
    document.entries.insert(document.entries.end(), append.entries.begin(), append.entries.end());
    for (const auto& [key, seq] : each.prepared.keys) document.keys.push_back(key);
    if (append.row) document.row = domain::encode_session_row(*append.row);
    if (append.row && append.expected.seq == 0) document.session_id = append.row->id.to_string();
    if (append.erase_body_of) document.erases = append.erase_body_of;
  }
  return document;
}

Failure failure_of(const Error& error) {
  return {FailureKind::unknown, 0, error.message + " " + error.detail};
}

AppendOutcome outcome_of(const Append& append, AppendStatus status = AppendStatus::committed, std::optional<Error> error = {}) {
  return {.session = append.session, .token = append.token, .status = status, .error = std::move(error)};
}

Error unknown_outcome() {
  return {ErrorCode::outcome_unknown, "The outcome is not known", "MongoDB gave no answer in time", limits::mongo_retry_after.count()};
}

}  // namespace

CommitRound::CommitRound(Dependencies deps, std::vector<Group> groups)
    : deps_(deps), view_(deps.client, deps.state), open_(std::move(groups)) {
  for (Group& group : open_) group.at = deps_.places.draw();
}

void CommitRound::run() {
  for (;;) {
    refused_by_database_.reset();
    at_once_ = false;
    const auto failure = try_once();
    if (failure || refused_by_database_)
      deps_.state.note_outage(failure ? failure->message : *refused_by_database_);
    else
      deps_.state.note_reached();
    expire();
    publish();
    std::erase_if(open_, [](const Group& group) { return group.appends.empty(); });
    if (open_.empty()) return;
    if (!at_once_) deps_.lanes.rest(limits::mongo_retry_delay);
  }
}

// Tries every open group again.
std::optional<Failure> CommitRound::try_once() {
  Groups ready;
  if (auto failure = look_at_bases(ready)) return failure;
  Groups inserts;
  for (Group* group : ready) {
    if (!group->appends.front().prepared.append.erase_body_of)
      inserts.push_back(group);
    else if (auto failure = erase(*group))
      return failure;
  }
  auto without_row = put_new_rows(inserts);
  auto failure = inserts.empty() ? std::nullopt : insert(inserts);
  return failure ? failure : without_row;
}

// An entry may only follow one that is in the log. For a session that was written or read recently, the lane knows
// the end of the log. A group in doubt passed this check in an earlier try, and its document must stay the same.
std::optional<Failure> CommitRound::look_at_bases(Groups& ready) {
  std::optional<Failure> failure;
  for (Group& group : open_) {
    if (auto damage = deps_.state.damage_of(group.session())) {
      refuse(group, *damage);
      continue;
    }
    const bool is_new = group.expected().seq == 0;
    if (!is_new && !group.in_doubt && deps_.lanes.known_head(group.session()) != group.expected()) {
      if (auto unreadable = judge(group)) failure = std::move(unreadable);
      continue;
    }
    ready.push_back(&group);
  }
  return failure;
}

// Removes groups whose row could not be stored, so that the other groups need not wait for them.
std::optional<Failure> CommitRound::put_new_rows(Groups& groups) {
  std::vector<Document> rows;
  Groups owners;
  for (Group* group : groups) {
    const Append& first = group->appends.front().prepared.append;
    if (first.expected.seq > 0 || !first.row) continue;
    rows.push_back(insert_session(*first.row));
    owners.push_back(group);
  }
  if (rows.empty()) return std::nullopt;
  const auto result = deps_.client.update(collection::sessions, rows);
  std::optional<Failure> failure;
  const auto leave_out = [&](Group& group, const Failure& why) {
    std::erase(groups, &group);
    if (why.kind == FailureKind::unknown || why.kind == FailureKind::not_sent)
      failure = why;  // the log holds nothing of the group yet, so this does not put the group in doubt
    else if (auto open = take_failure(group, why))
      failure = std::move(open);
  };
  if (!result || result->not_durable) {
    const Failure why = result ? *result->not_durable : result.error();
    for (Group* group : owners) leave_out(*group, why);
    return failure;
  }
  for (const WriteError& error : result->errors) {
    if (error.index >= owners.size()) continue;
    Group& group = *owners[error.index];
    if (error.failure.kind != FailureKind::duplicate_key)
      leave_out(group, error.failure);
    else if (const auto unreadable = settle_taken_id(groups, group))
      failure = unreadable;
  }
  return failure;
}

/// A document has the session's id. It is this session's own, from an earlier try, or that of another
/// session, which keeps the id. If the owner cannot be read, the group leaves `groups` and is tried again.
std::optional<Failure> CommitRound::settle_taken_id(Groups& groups, Group& group) {
  const domain::SessionRow& row = *group.appends.front().prepared.append.row;
  Document filter;
  filter.text("sessionId", row.id.to_string());
  const auto found = deps_.client.find(collection::sessions, filter, {.reading = Reading::newest, .limit = 1});
  const auto parley = found && !found->empty() ? Fields(found->front()).document("parley") : std::nullopt;
  const auto number = parley ? parley->integer("number") : std::nullopt;
  if (number == static_cast<std::int64_t>(row.number.value)) return std::nullopt;
  std::erase(groups, &group);
  if (!found) return found.error();
  if (found->empty()) return at_once_ = true, std::nullopt;  // deleted in the meantime
  // A number exists before its log. So the other session may belong to an adoption that is not readable yet: a retry can help.
  const auto retry_after = number ? limits::mongo_retry_after : std::chrono::milliseconds{0};
  refuse(group, {ErrorCode::already_exists, "The session id is taken", row.id.to_string(), retry_after.count()});
  return std::nullopt;
}

std::optional<Failure> CommitRound::insert(const Groups& groups) {
  std::vector<Document> documents;
  std::size_t entries = 0;
  std::size_t bytes = 0;
  for (const Group* group : groups) {
    documents.push_back(encode_log_document(document_of(*group)));
    entries += group->entries();
    bytes += group->bytes();
  }
  const SteadyTime begin = deps_.clock.steady_now();
  const auto result = deps_.client.insert(collection::log, documents);
  Sorted sorted = sort_out(groups, result);
  put_changed_rows(sorted.written);
  for (Group* group : sorted.written) commit(*group);
  if (!sorted.failure) {
    const SteadyTime now = deps_.clock.steady_now();
    deps_.state.note_answer(now);
    deps_.state.note_sync(now - begin);
    deps_.state.note_commit(entries, bytes);
  }
  if (!sorted.taken.empty()) publish();  // committed groups must not wait for the reads that conflicts need
  for (Group* group : sorted.taken)
    if (auto failure = settle_duplicate(*group)) sorted.failure = std::move(failure);
  return sorted.failure;
}

/// Settles the groups that the database has refused for good. Groups left open are in neither list.
CommitRound::Sorted CommitRound::sort_out(const Groups& groups, const Outcome<WriteResult>& result) {
  Sorted sorted;
  std::vector<const Failure*> of_group(groups.size());
  if (!result) std::ranges::fill(of_group, &result.error());
  if (result)
    for (const WriteError& error : result->errors)
      if (error.index < groups.size()) of_group[error.index] = &error.failure;
  for (std::size_t index = 0; index < groups.size(); ++index) {
    const Failure* failure = of_group[index];
    if (failure == nullptr && result->not_durable) failure = &*result->not_durable;
    if (failure == nullptr)
      sorted.written.push_back(groups[index]);
    else if (failure->kind == FailureKind::duplicate_key)
      sorted.taken.push_back(groups[index]);
    else if (auto open = take_failure(*groups[index], *failure))
      sorted.failure = std::move(open);
  }
  return sorted;
}

/// Returns a failure if the group stays open because of it.
std::optional<Failure> CommitRound::take_failure(Group& group, const Failure& failure) {
  if (failure.kind == FailureKind::duplicate_key) return settle_duplicate(group);
  if (failure.kind == FailureKind::unknown) {
    group.in_doubt = true;
    return failure;
  }
  if (failure.kind == FailureKind::in_the_way) {
    at_once_ = true;  // the other transaction takes milliseconds; the group stays open
    return std::nullopt;
  }
  if (group.in_doubt || failure.kind == FailureKind::not_sent) return failure;  // this try was not done, but an earlier try may have been
  if (failure.kind == FailureKind::unfit) {
    deps_.state.note_refusal(failure.message);
    return refuse(group, to_error(failure)), std::nullopt;
  }
  if (failure.kind == FailureKind::full)
    refuse(group, {ErrorCode::store_full, "The store is full", to_error(failure).detail});
  else
    refuse(group, to_error(failure));
  refused_by_database_ = failure.message;
  return std::nullopt;
}

/// Another document is in the group's place. It may be this very document, from a try without an answer.
std::optional<Failure> CommitRound::settle_duplicate(Group& group) {
  const bool in_steps = deps_.topology == Topology::standalone && group.appends.front().prepared.append.erase_body_of;
  if (in_steps)  // the last step may be missing
    if (const auto finished = finish_erasures(deps_.client, deps_.state); !finished) return failure_of(finished.error());
  return judge(group);
}

std::optional<Failure> CommitRound::erase(Group& group) {
  const Append& append = group.appends.front().prepared.append;
  const std::uint32_t seq = *append.erase_body_of;
  if (seq > append.expected.seq) return refuse(group, {ErrorCode::not_found, "No such entry to erase", {}}), std::nullopt;
  const auto target = view_.document_of(group.session(), seq);
  if (!target || !*target) {
    if (!target && target.error().code != ErrorCode::log_corrupt) return failure_of(target.error());
    return refuse(group, target ? Error{ErrorCode::not_found, "No such entry to erase", {}} : target.error()), std::nullopt;
  }
  const auto entry = view_.entry_of(**target, seq);
  if (!entry) return refuse(group, entry.error()), std::nullopt;
  const auto emptied = domain::emptied(*entry);
  if (!emptied) return refuse(group, deps_.state.note_damage(group.session(), seq, emptied.error().detail)), std::nullopt;
  const SteadyTime begin = deps_.clock.steady_now();
  const auto written = write_erasure(group, **target, *emptied);
  if (!written) return take_failure(group, written.error());
  deps_.state.note_sync(deps_.clock.steady_now() - begin);
  deps_.state.note_commit(group.entries(), group.bytes());
  put_changed_rows({&group});
  commit(group);
  return std::nullopt;
}

// A replica set changes both documents in one transaction. A standalone has no transactions. There the new document is
// marked as pending until the other one is emptied, and the next start of the store finishes this (MongoStore::open).
Outcome<void> CommitRound::write_erasure(const Group& group, const StoredDocument& target, const EncodedEntry& emptied) {
  Document document = encode_log_document(document_of(group));
  const Document query = id_range(target.session, target.first, target.first);
  const Document change = set_record(target, emptied);
  if (deps_.topology == Topology::replica_set) return deps_.client.insert_and_update(collection::log, document, query, change);
  document.boolean(pending_field, true);
  return erase_in_steps(deps_.client, document, query, change);
}

// The log is the truth, and it is written already. If a row cannot be written here, the mirror
// writes it. If a row does not match, the mirror or other software has already written it.
void CommitRound::put_changed_rows(const Groups& groups) {
  std::vector<Document> rows;
  std::vector<SessionId> sessions;
  for (const Group* group : groups) {
    const Append* newest = nullptr;
    for (const Waiting& each : group->appends)
      if (each.prepared.append.row) newest = &each.prepared.append;
    if (newest == nullptr || group->head().seq == 1) continue;
    rows.push_back(update_session(*newest->row, newest->entries.back().seq));
    sessions.push_back(newest->row->id);
  }
  if (rows.empty()) return;
  const auto result = deps_.client.update(collection::sessions, rows);
  if (!result) deps_.state.note_outage(result.error().message);
  if (result && result->matched < std::ssize(rows)) std::ranges::for_each(sessions, deps_.look);
}

std::optional<Failure> CommitRound::judge(Group& group) {
  const auto seen = look(group.session(), group.expected().seq);
  if (!seen && seen.error().code != ErrorCode::log_corrupt) return failure_of(seen.error());  // all appends stay open
  if (!seen) return refuse(group, seen.error()), std::nullopt;
  std::vector<AppendOutcome> outcomes;
  for (const Waiting& each : group.appends) {
    auto outcome = settlement_of(each.prepared.append, *seen, AtHead::is_open);
    if (!outcome) return refuse(group, outcome.error()), std::nullopt;
    if (!*outcome) break;
    if ((*outcome)->status == AppendStatus::conflict) deps_.state.note_conflict();
    outcomes.push_back(**std::move(outcome));
  }
  settle(group, std::move(outcomes));
  return std::nullopt;
}

// The entries after the expected position settle a conflict, whatever was appended later. So one read with majority
// suffices. If no entry is there, the newest state is needed: the document that took the place may not be on a majority yet.
Result<LogExcerpt> CommitRound::look(SessionNumber session, std::uint32_t expected_seq) {
  LogExcerpt seen{.first = std::max(expected_seq, 1u)};
  const bool has_one_before = expected_seq > 0;
  const Portion most{conflict_tail.entries() + (has_one_before ? 1 : 0),
                     conflict_tail.bytes() + (has_one_before ? limits::entry_bytes_max : 0)};
  const auto read_on = [&]() -> Result<std::uint32_t> {
    auto read = view_.range(session, seen.first, most);
    if (!read) return std::unexpected(read.error());
    seen.entries = *std::move(read);
    return seen.entries.empty() ? 0 : seen.entries.back().seq;
  };
  auto end = read_on();
  if (!end) return std::unexpected(end.error());
  const auto take_head = [&](const EncodedEntry& entry) -> Result<void> {
    const auto position = position_of(entry);
    if (!position) return std::unexpected(position.error());
    seen.head = *position;
    deps_.lanes.note_head(session, seen.head);
    return {};
  };
  if (*end > expected_seq && !most.is_full(seen.entries)) {
    if (const auto taken = take_head(seen.entries.back()); !taken) return std::unexpected(taken.error());
    return seen;
  }
  const auto last = view_.last(session, Reading::newest);
  if (!last) return std::unexpected(last.error());
  if (!*last) return seen;
  if (const auto taken = take_head(**last); !taken) return std::unexpected(taken.error());
  if (*end < seen.head.seq && seen.first <= seen.head.seq && !most.is_full(seen.entries))
    if (end = read_on(); !end) return std::unexpected(end.error());
  return seen;
}

void CommitRound::commit(Group& group) {
  deps_.lanes.note_head(group.session(), group.head());
  std::vector<AppendOutcome> outcomes;
  for (const auto& [prepared, deadline] : group.appends)
    outcomes.push_back({.session = prepared.append.session, .token = prepared.append.token, .head = prepared.last});
  settle(group, std::move(outcomes));
}

void CommitRound::refuse(Group& group, const Error& error) {
  std::vector<AppendOutcome> outcomes;
  for (const Waiting& each : group.appends) {
    deps_.state.note_refused();
    outcomes.push_back(outcome_of(each.prepared.append, AppendStatus::refused, error));
  }
  settle(group, std::move(outcomes));
}

/// The first `outcomes.size()` appends of the group receive these outcomes. The others return to their lane. Leaves the group empty.
void CommitRound::settle(Group& group, std::vector<AppendOutcome> outcomes) {
  const std::size_t count = outcomes.size();
  for (std::size_t index = 0; index < count; ++index) {
    PreparedAppend& settled = group.appends[index].prepared;
    if (outcomes[index].status == AppendStatus::committed) outcomes[index].entries = std::move(settled.append.entries);
    outcomes_.push_back({settled.port, std::move(outcomes[index])});
  }
  deps_.places.settle(group.at);
  told_.push_back({std::exchange(group, Group{}), count});
}

void CommitRound::expire() {
  const SteadyTime now = deps_.clock.steady_now();
  for (Group& group : open_) {
    if (group.appends.empty() || group.appends.front().deadline > now) continue;
    if (!group.in_doubt) {
      refuse(group, to_error({FailureKind::unknown, 0, "no answer in time"}));
      continue;
    }
    deps_.places.abandon(group.at, now + limits::mongo_stray_write_life);
    std::vector<AppendOutcome> outcomes;
    for (const Waiting& each : group.appends)
      outcomes.push_back(outcome_of(each.prepared.append, AppendStatus::unknown, unknown_outcome()));
    settle(group, std::move(outcomes));
  }
  for (Waiting& late : deps_.lanes.take_expired(now)) {
    deps_.state.note_refused();
    const Error error = to_error({FailureKind::unknown, 0, "its turn did not come in time"});
    outcomes_.push_back({late.prepared.port, outcome_of(late.prepared.append, AppendStatus::refused, error)});
  }
}

// Free the space first: a loop may send again at its outcome. The session's next group comes last, so outcomes keep the order of calls.
void CommitRound::publish() {
  for (const Told& each : told_) deps_.lanes.settle(each.group, each.count);
  LoopPorts::publish(outcomes_);
  outcomes_.clear();
  for (Told& each : told_) deps_.lanes.done(std::move(each.group), each.count);
  told_.clear();
}

}  // namespace parley::store::mongo
