#include "store/embedded/commit_batch.hpp"

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <iterator>
#include <string>

#include "base/limits.hpp"
#include "domain/error_code.hpp"
#include "store/common/stored_entries.hpp"
#include "store/embedded/rows.hpp"

namespace parley::store::embedded {

namespace {

using domain::EncodedEntry;
using domain::SessionRow;

void put(rocksdb::WriteBatch& batch, rocksdb::ColumnFamilyHandle* family, BytesView key, BytesView value) {
  // `Put` fails only above the size limit of a batch, and no limit is set.
  static_cast<void>(batch.Put(family, rocksdb::Slice(key), rocksdb::Slice(value)));
}

void erase(rocksdb::WriteBatch& batch, rocksdb::ColumnFamilyHandle* family, BytesView key) {
  static_cast<void>(batch.Delete(family, rocksdb::Slice(key)));
}

bool is_head(const domain::Position& expected, const domain::Position& head) {
  return expected.seq == head.seq && (head.seq == 0 || expected.proof == head.proof);
}

}  // namespace

CommitBatch::CommitBatch(Dependencies deps, FreeSpace free_space)
    : deps_(deps),
      free_space_(free_space),
      latest_(deps.database, deps.state, LogView::Moment::latest),
      batch_(std::make_unique<rocksdb::WriteBatch>()) {}

CommitBatch::~CommitBatch() = default;

bool CommitBatch::admits(const PreparedAppend& prepared) const {
  if (settled_.empty()) return true;
  if (entries_ + prepared.entry_count > limits::commit_batch_entries_max) return false;
  if (bytes_ + prepared.bytes > limits::commit_batch_bytes_max) return false;
  return !prepared.append.erase_body_of || !written_.contains(prepared.append.session);
}

void CommitBatch::add(PreparedAppend prepared) {
  entries_ += prepared.entry_count;
  bytes_ += prepared.bytes;
  settled_.push_back({prepared.port, {.session = prepared.append.session, .token = prepared.append.token}});
  AppendOutcome& outcome = settled_.back().outcome;
  if (auto refusal = refusal_of(prepared)) return refuse(outcome, *std::move(refusal));
  const auto head = head_of(prepared.append.session);
  if (!head) return refuse(outcome, head.error());
  if (!is_head(prepared.append.expected, (*head)->position)) {
    conflicting_.emplace_back(settled_.size() - 1, std::move(prepared));
    return;
  }
  if (auto done = put(prepared, **head); !done) return refuse(outcome, done.error());
  outcome.head = prepared.last;
  outcome.entries = std::move(prepared.append.entries);
}

void CommitBatch::refuse(AppendOutcome& outcome, Error error) {
  deps_.state.note_refused();
  outcome.status = AppendStatus::refused;
  outcome.entries.clear();
  outcome.error = std::move(error);
}

std::optional<Error> CommitBatch::refusal_of(const PreparedAppend& prepared) {
  if (deps_.state.failed()) return deps_.state.failure();
  if (auto damage = deps_.state.damage_of(prepared.append.session)) return damage;
  if (free_space_ == FreeSpace::too_little && prepared.needs_room)
    return Error{ErrorCode::store_full, "The store is full", "free space is below free_bytes_min"};
  return std::nullopt;
}

Result<LogHead*> CommitBatch::head_of(SessionNumber session) {
  if (LogHead* head = deps_.heads.find(session)) return head;
  const auto last = latest_.last(session);
  if (!last) return std::unexpected(last.error());
  LogHead head;
  if (*last) {
    const auto position = position_of(**last);
    if (!position) return std::unexpected(deps_.state.note_damage(session, (*last)->seq, position.error().detail));
    head.position = *position;
    head.keys_after = position->seq;
  }
  return &deps_.heads.put(session, std::move(head));
}

// All checks that can refuse are done before anything of this append is put into the batch. So a
// refused append leaves nothing in it. (Keys may be put first, but they belong to earlier entries.)
Result<void> CommitBatch::put(PreparedAppend& prepared, LogHead& head) {
  const Append& append = prepared.append;
  if (append.expected.seq == 0 && append.row)
    if (auto free = require_free_id(*append.row); !free) return free;
  if (auto due = put_keys_when_due(append.session, head, append.entries.size()); !due) return due;
  std::optional<EncodedEntry> without_body;
  if (append.erase_body_of) {
    auto read = without_body_of(append);
    if (!read) return std::unexpected(read.error());
    without_body = *std::move(read);
  }
  if (append.row)
    if (auto done = put_row(*append.row); !done) return done;
  if (without_body) put_erasure(append.session, *without_body);
  put_entries(prepared, head);
  head.position = prepared.last;
  return {};
}

void CommitBatch::put_entries(const PreparedAppend& prepared, LogHead& head) {
  const Append& append = prepared.append;
  written_.try_emplace(append.session);
  for (const EncodedEntry& entry : append.entries)
    embedded::put(*batch_, deps_.database.family(Family::log), log_key(append.session, entry.seq), domain::encode_record(entry));
  deps_.keys.note(append.session, prepared.keys);
  deps_.heads.add_keys(head, prepared.keys);
  entries_put_ += prepared.entry_count;
  bytes_put_ += prepared.bytes;
}

Result<EncodedEntry> CommitBatch::without_body_of(const Append& append) {
  const std::uint32_t seq = *append.erase_body_of;
  if (seq > append.expected.seq) return parley::refuse(ErrorCode::not_found, "No such entry to erase");
  const auto entry = latest_.entry(append.session, seq);
  if (!entry) return std::unexpected(entry.error());
  auto without_body = domain::emptied(*entry);
  if (!without_body) return std::unexpected(deps_.state.note_damage(append.session, seq, without_body.error().detail));
  return without_body;
}

void CommitBatch::put_erasure(SessionNumber session, const EncodedEntry& without_body) {
  const Bytes key = log_key(session, without_body.seq);
  embedded::put(*batch_, deps_.database.family(Family::log), key, domain::encode_record(without_body));
  embedded::put(*batch_, deps_.database.family(Family::deleted), key, {});
}

Result<std::optional<SessionRow>> CommitBatch::row_before(const SessionRow& row) {
  if (const auto found = rows_.find(row.id); found != rows_.end()) return found->second;
  const auto value = latest_.value(Family::directory, row.id.text());
  if (!value) return std::unexpected(value.error());
  if (!*value) return std::optional<SessionRow>{};
  const auto before = domain::decode_session_row(**value);
  if (!before) return std::unexpected(deps_.state.note_damage(row.number, 0, "the directory row: " + before.error().detail));
  return *before;
}

Result<void> CommitBatch::require_free_id(const SessionRow& row) {
  const auto before = row_before(row);
  if (!before) return std::unexpected(before.error());
  if (*before && (*before)->number != row.number)
    return parley::refuse(ErrorCode::already_exists, "The session id is taken", row.id.to_string());
  return {};
}

Result<void> CommitBatch::put_row(const SessionRow& row) {
  const auto before = row_before(row);
  if (!before) return std::unexpected(before.error());
  embedded::put(*batch_, deps_.database.family(Family::directory), row.id.text(), domain::encode_session_row(row));
  // Delete the index rows of the old session row and put those of the new one, because the participants may have changed.
  if (*before && (*before)->status != domain::SessionStatus::ended) delete_open_index(**before);
  if (row.status != domain::SessionStatus::ended) put_open_index(row);
  rows_[row.id] = row;
  return {};
}

void CommitBatch::put_open_index(const SessionRow& row) {
  rocksdb::ColumnFamilyHandle* family = deps_.database.family(Family::open_sessions);
  if (row.participants.size() >= 2)
    embedded::put(*batch_, family, pair_key(row.participants[0].user, row.participants[1].user, row.id), {});
  for (const domain::Participant& participant : row.participants)
    embedded::put(*batch_, family, user_session_key(participant.user, row.created_at, row.id), {});
}

void CommitBatch::delete_open_index(const SessionRow& row) {
  rocksdb::ColumnFamilyHandle* family = deps_.database.family(Family::open_sessions);
  if (row.participants.size() >= 2) erase(*batch_, family, pair_key(row.participants[0].user, row.participants[1].user, row.id));
  for (const domain::Participant& participant : row.participants)
    erase(*batch_, family, user_session_key(participant.user, row.created_at, row.id));
}

// At most keys_unindexed_max entries of a log are not indexed. If the new entries would exceed this, all keys up to
// the present head are written, sorted, with the new watermark. A log that stays short never costs a second key.
Result<void> CommitBatch::put_keys_when_due(SessionNumber session, LogHead& head, std::size_t added) {
  const std::uint32_t seq = head.position.seq;
  if (seq + added <= limits::keys_unindexed_max) return {};
  if (!head.watermark) {
    const auto read = KeyIndex::watermark(latest_, session);
    if (!read) return std::unexpected(read.error());
    head.watermark = *read;
  }
  if (seq + added - *head.watermark <= limits::keys_unindexed_max) return {};
  std::vector<KeyAt> keys;
  if (*head.watermark < head.keys_after) {  // keys from before the store was opened, or dropped from memory since
    auto read = KeyIndex::read_unindexed(latest_, session);
    if (!read) return std::unexpected(read.error());
    keys = *std::move(read);
  }
  const std::vector<KeyAt> recent = deps_.heads.take_keys(head, seq);
  keys.insert(keys.end(), recent.begin(), recent.end());
  put_keys(session, std::move(keys), seq);
  written_[session] = seq;
  return {};
}

void CommitBatch::put_keys(SessionNumber session, std::vector<KeyAt> keys, std::uint32_t watermark) {
  std::ranges::sort(keys);
  rocksdb::ColumnFamilyHandle* family = deps_.database.family(Family::keys);
  embedded::put(*batch_, family, session_prefix(session), encode_seq(watermark));
  const Key16* previous = nullptr;
  for (const auto& [key, seq] : keys) {
    const bool is_first = !previous || *previous != key;  // the lowest seq of a key counts
    if (is_first) embedded::put(*batch_, family, idempotency_key(session, key), encode_seq(seq));
    previous = &key;
  }
}

void CommitBatch::add(const domain::User& user) {
  embedded::put(*batch_, deps_.database.family(Family::users), user.id.text(), encode_user(user));
}

void CommitBatch::add(const SignallingMessage& message) {
  embedded::put(*batch_, deps_.database.family(Family::signalling), signalling_key(message.session, message.timestamp, message.id),
                encode_signalling(message));
}

void CommitBatch::add(const domain::Revocation& revocation) {
  ++revocations_put_;
  embedded::put(*batch_, deps_.database.family(Family::meta), revocation_key(revocation.token), encode_revocation(revocation));
}

void CommitBatch::add(const ClockLook& look) {
  embedded::put(*batch_, deps_.database.family(Family::meta), clock_key, encode_clock_look(look));
}

void CommitBatch::forget(const domain::TokenId& token) {
  erase(*batch_, deps_.database.family(Family::meta), revocation_key(token));
}

void CommitBatch::write() {
  if (batch_->Count() > 0) {
    if (deps_.state.failed()) return refuse_all();
    rocksdb::WriteOptions options;
    options.sync = entries_put_ + revocations_put_ > 0 && deps_.syncing == Syncing::real;
    const SteadyTime begin = deps_.clock.steady_now();
    const auto status = deps_.database.db().Write(options, batch_.get());
    if (!status.ok()) {
      deps_.state.fail("A write to the write-ahead log failed: " + status.ToString());
      return fail_all(status.ToString());
    }
    note_written(deps_.clock.steady_now() - begin);
  }
  for (auto& [index, prepared] : conflicting_) settle_conflict(settled_[index].outcome, prepared.append);
}

void CommitBatch::refuse_all() {
  revoked_ = std::unexpected(deps_.state.failure());
  for (Settled& settled : settled_)
    if (settled.outcome.status == AppendStatus::committed) refuse(settled.outcome, deps_.state.failure());
}

// The batch may be on the disk or not: only the recovery at the next start can tell. So the status is `unknown`, not refused.
void CommitBatch::fail_all(const std::string& reason) {
  revoked_ = parley::refuse(ErrorCode::outcome_unknown, "The outcome is not known", reason);
  for (Settled& settled : settled_) {
    if (settled.outcome.status != AppendStatus::committed) continue;
    settled.outcome.status = AppendStatus::unknown;
    settled.outcome.head = {};
    settled.outcome.entries.clear();
    settled.outcome.error = Error{ErrorCode::outcome_unknown, "The outcome is not known", reason};
  }
  for (const auto& [index, prepared] : conflicting_) refuse(settled_[index].outcome, deps_.state.failure());
}

void CommitBatch::note_written(std::chrono::nanoseconds took) {
  deps_.keys.written();
  for (const auto& [session, watermark] : written_)
    if (watermark) deps_.keys.indexed(session, *watermark);
  if (entries_put_ + revocations_put_ == 0) return;
  deps_.state.note_sync(took);
  deps_.state.note_commit(entries_put_, bytes_put_);
  if (auto noted = deps_.database.synced_file().write(deps_.database.latest_sequence()); !noted) deps_.state.fail(noted.error().message);
}

void CommitBatch::settle_conflict(AppendOutcome& outcome, Append& append) {
  const auto log = excerpt_for(append);
  if (!log) return refuse(outcome, log.error());
  auto settled = settlement_of(append, *log, AtHead::conflicts);
  if (!settled) return refuse(outcome, settled.error());
  outcome = **std::move(settled);
  if (outcome.status == AppendStatus::conflict) deps_.state.note_conflict();
  if (outcome.status == AppendStatus::committed) outcome.entries = std::move(append.entries);
}

/// The entries after the expected position are read only if the log has that position.
Result<LogExcerpt> CommitBatch::excerpt_for(const Append& append) {
  const auto head = head_of(append.session);
  if (!head) return std::unexpected(head.error());
  const std::uint32_t seq = append.expected.seq;
  LogExcerpt log{.head = (*head)->position, .first = std::max(seq, 1u)};
  if (seq > 0 && seq <= log.head.seq) {
    auto expected = latest_.entry(append.session, seq);
    if (!expected) return std::unexpected(expected.error());
    log.entries.push_back(*std::move(expected));
  }
  if (!entries_after(append.expected, log)) return log;
  auto after = latest_.range(append.session, seq + 1, conflict_tail);
  if (!after) return std::unexpected(after.error());
  std::ranges::move(*after, std::back_inserter(log.entries));
  return log;
}

}  // namespace parley::store::embedded
