// The reads of the model store. Its appends and other writes are in model_store.cpp.
#include <algorithm>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "domain/error_code.hpp"
#include "domain/extensions.hpp"
#include "support/model_store.hpp"

namespace parley::test {

using domain::EncodedEntry;

class ModelStore::Reader final : public store::LogReader {
 public:
  explicit Reader(const ModelStore& store) : store_(store) {}

  Result<std::optional<EncodedEntry>> last(SessionNumber session) override {
    const Log* log = log_of(session);
    if (auto error = failure(session, log ? seq_of_last(*log) : 0)) return std::unexpected(*error);
    return log ? std::optional(log->entries.back()) : std::nullopt;
  }

  Result<EncodedEntry> entry(SessionNumber session, std::uint32_t seq) override {
    if (auto error = failure(session, seq)) return std::unexpected(*error);
    const Log* log = log_of(session);
    if (!log || seq < log->first_seq || seq > seq_of_last(*log)) return refuse(ErrorCode::not_found, "No such entry");
    return log->entries[seq - log->first_seq];
  }

  Result<std::vector<EncodedEntry>> range(SessionNumber session, std::uint32_t first, store::Portion most) override {
    const Log* log = log_of(session);
    const std::uint32_t first_seq = log ? log->first_seq : 1;
    const std::size_t begin = first < first_seq ? 0 : first - first_seq;
    const std::size_t size = log ? log->entries.size() : 0;
    std::size_t end = begin;
    for (std::size_t bytes = 0; end < size && !most.is_full(end - begin, bytes); ++end) bytes += log->entries[end].size_bytes();
    if (auto error = failure(session, static_cast<std::uint32_t>(begin) + first_seq, static_cast<std::uint32_t>(end) + first_seq - 1))
      return std::unexpected(*error);
    if (begin >= end) return std::vector<EncodedEntry>{};
    return std::vector<EncodedEntry>(log->entries.begin() + static_cast<std::ptrdiff_t>(begin),
                                     log->entries.begin() + static_cast<std::ptrdiff_t>(end));
  }

  Result<std::optional<std::uint32_t>> find_key(SessionNumber session, const Key16& key) override {
    if (store_.read_failure_) return std::unexpected(*store_.read_failure_);
    const Log* log = log_of(session);
    if (!log) return std::optional<std::uint32_t>{};
    const auto found = log->keys.find(key);
    return found == log->keys.end() ? std::nullopt : std::optional(found->second);
  }

  Result<std::vector<std::uint32_t>> deleted(SessionNumber session) override {
    if (store_.read_failure_) return std::unexpected(*store_.read_failure_);
    const Log* log = log_of(session);
    return log ? std::vector<std::uint32_t>(log->deleted.begin(), log->deleted.end()) : std::vector<std::uint32_t>{};
  }

 private:
  const Log* log_of(SessionNumber session) const {
    const auto found = store_.logs_.find(session);
    return found == store_.logs_.end() || found->second.entries.empty() ? nullptr : &found->second;
  }
  static std::uint32_t seq_of_last(const Log& log) { return log.entries.back().seq; }
  std::optional<Error> failure(SessionNumber session, std::uint32_t first, std::uint32_t last) const {
    if (store_.read_failure_) return store_.read_failure_;
    return store_.first_corruption(session, first, last);
  }
  std::optional<Error> failure(SessionNumber session, std::uint32_t seq) const { return failure(session, seq, seq); }

  const ModelStore& store_;
};

Result<void> ModelStore::read(ReadJob job) {
  if (read_jobs_refused_ || read_jobs_.size() >= limits::read_queue_jobs_max)
    return std::unexpected(Error{ErrorCode::overloaded, "The server is overloaded", {}, 100});
  read_jobs_.push_back(std::move(job));
  if (!reads_held_) worker_.post([this] { run_read_job(); });
  return {};
}

void ModelStore::run_read_job() {
  if (reads_held_ || read_jobs_.empty()) return;
  ReadJob next = std::move(read_jobs_.front());
  read_jobs_.pop_front();
  Reader reader(*this);
  next(reader);
}

void ModelStore::release_reads() {
  reads_held_ = false;
  for (std::size_t count = read_jobs_.size(); count > 0; --count) worker_.post([this] { run_read_job(); });
}

Result<std::optional<domain::SessionRow>> ModelStore::find_session(const SessionId& session) {
  if (read_failure_) return std::unexpected(*read_failure_);
  take_in_(session);
  const auto found = rows_.find(session);
  return found == rows_.end() ? std::nullopt : std::optional(found->second);
}

Result<std::optional<domain::SessionRow>> ModelStore::find_session(SessionNumber number) {
  if (read_failure_) return std::unexpected(*read_failure_);
  const auto found = std::ranges::find_if(rows_, [&](const auto& entry) { return entry.second.number == number; });
  return found == rows_.end() ? std::nullopt : std::optional(found->second);
}

Result<std::optional<SessionId>> ModelStore::find_open_session(const UserId& doctor, const UserId& patient) {
  if (read_failure_) return std::unexpected(*read_failure_);
  for (const auto& [id, row] : rows_) {
    const bool pair = row.participants.size() >= 2 && row.participants[0].user == doctor && row.participants[1].user == patient;
    if (pair && row.status != domain::SessionStatus::ended) return id;
  }
  return std::optional<SessionId>{};
}

Result<store::OpenSessionsOfUser> ModelStore::open_sessions_of(const UserId& user, const std::optional<store::SessionPlace>& after,
                                                               std::size_t count) {
  if (read_failure_) return std::unexpected(*read_failure_);
  store::OpenSessionsOfUser page;
  const auto is_behind = [&](const domain::SessionRow& row) {
    return !after || row.created_at < after->created_at || (row.created_at == after->created_at && row.id > after->session);
  };
  for (const auto& [id, row] : rows_)
    if (row.participant(user) && row.status != domain::SessionStatus::ended && is_behind(row)) page.sessions.push_back(row);
  std::ranges::stable_sort(page.sessions, std::ranges::greater{}, &domain::SessionRow::created_at);
  if (page.sessions.size() <= count) return page;
  page.sessions.resize(count);
  page.next = store::SessionPlace{page.sessions.back().created_at, page.sessions.back().id};
  return page;
}

Result<store::OpenSessions> ModelStore::open_sessions_before(Timestamp created_before, BytesView after, std::size_t count) {
  if (read_failure_) return std::unexpected(*read_failure_);
  store::OpenSessions page;
  std::size_t looked_at = 0;
  Bytes last;
  for (const auto& [id, row] : rows_) {
    if (row.status == domain::SessionStatus::ended || (!after.empty() && id.text() <= after)) continue;
    if (looked_at++ == count) {
      page.next = last;
      break;
    }
    last = Bytes(id.text());
    if (row.created_at < created_before) page.sessions.push_back(row);
  }
  return page;
}

Result<std::optional<domain::EntryAddress>> ModelStore::find_message(const ObjectId& message) {
  if (read_failure_) return std::unexpected(*read_failure_);
  for (const auto& [number, log] : logs_)
    for (const EncodedEntry& entry : log.entries) {
      const auto core = domain::decode_core(entry.core);
      const auto id = core ? domain::read_adopted_id(*core) : std::unexpected(core.error());
      if (id && *id == message) return domain::EntryAddress{number, entry.seq};
    }
  return std::optional<domain::EntryAddress>{};
}

Result<std::optional<domain::User>> ModelStore::find_user(const UserId& user) {
  ++user_reads_;
  if (read_failure_) return std::unexpected(*read_failure_);
  const auto found = users_.find(user);
  return found == users_.end() ? std::nullopt : std::optional(found->second);
}

Result<std::vector<domain::Revocation>> ModelStore::all_revocations() {
  if (read_failure_) return std::unexpected(*read_failure_);
  std::vector<domain::Revocation> kept;
  for (const auto& [token, revocation] : revocations_) kept.push_back(revocation);
  return kept;
}

Result<store::SignallingPage> ModelStore::newest(SessionNumber session, const SessionId&, const store::SignallingRange& range) {
  if (read_failure_) return std::unexpected(*read_failure_);
  std::vector<store::SignallingMessage> messages;
  if (const auto found = signalling_.find(session); found != signalling_.end()) messages = found->second;
  const Timestamp oldest = clock_.now() - limits::signalling_kept;
  const auto place_of = [](const store::SignallingMessage& message) { return std::pair(message.timestamp, message.id); };
  std::erase_if(messages, [&](const auto& message) {
    return message.timestamp < oldest || (range.after && place_of(message) >= std::pair(range.after->time, range.after->id));
  });
  std::ranges::sort(messages, std::ranges::greater{}, place_of);
  store::SignallingPage page;
  std::size_t bytes = 0;
  for (store::SignallingMessage& message : messages) {
    page.more = page.messages.size() == range.limit || bytes >= range.bytes_max;
    if (page.more) break;
    bytes += message.payload_json.size();
    page.messages.push_back(std::move(message));
  }
  return page;
}

}  // namespace parley::test
