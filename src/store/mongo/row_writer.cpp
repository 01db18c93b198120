#include "store/mongo/row_writer.hpp"

#include <pthread.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <iterator>
#include <string>
#include <utility>

#include "base/limits.hpp"
#include "domain/error_code.hpp"
#include "store/mongo/driver/json_value.hpp"
#include "store/mongo/driver/layout.hpp"

namespace parley::store::mongo {

namespace {

/// `payload` as BSON. If BSON would not return exactly the same text, the original text is stored too.
void add_payload(Document& document, const std::string& json) {
  if (json.empty()) return;
  const bool fits = add_json(document, "payload", json);
  if (!fits) document.text("payload", json);
  if (fits && json_of(document, "payload") == json) return;
  Document parley;
  parley.text("payload", json);
  document.document("parley", parley);
}

Document encode(const SignallingMessage& message) {
  Document metadata;
  metadata.text("userAgent", message.user_agent).text("ipAddress", message.address).text("connectionId", message.connection_id);
  Document made;
  made.id("_id", message.id)
      .text("sessionId", message.session_id.to_string())
      .user("senderId", message.sender)
      .text("messageType", message.type);
  add_payload(made, message.payload_json);
  made.date("timestamp", message.timestamp).document("metadata", metadata).int32("__v", 0);
  return made;
}

constexpr std::string_view clock_id = "clock";  // in the collection of nodes, whose own ids are numbers

SignallingMessage decode(const Fields& fields) {
  SignallingMessage message;
  const auto text = [](const std::optional<Fields>& of, std::string_view name) {
    return std::string(of ? of->text(name).value_or(std::string_view{}) : std::string_view{});
  };
  message.id = fields.id("_id").value_or(ObjectId{});
  message.sender = fields.user("senderId").value_or(UserId{});
  message.type = text(fields, "messageType");
  message.timestamp = fields.date("timestamp").value_or(Timestamp{});
  const auto metadata = fields.document("metadata");
  message.user_agent = text(metadata, "userAgent");
  message.address = text(metadata, "ipAddress");
  message.connection_id = text(metadata, "connectionId");
  message.payload_json = text(fields.document("parley"), "payload");
  if (message.payload_json.empty()) message.payload_json = json_of(fields, "payload");
  return message;
}

}  // namespace

RowWriter::RowWriter(ClientPool& clients, StoreState& state, const Clock& clock, const MongoConfig& config)
    : clients_(clients), state_(state), clock_(clock), config_(config), thread_([this] { run(); }) {}

RowWriter::~RowWriter() {
  stop();
}

void RowWriter::record(SignallingMessage message) {
  if (!state_.has_room()) return state_.note_signalling_dropped();
  {
    const std::lock_guard lock(mutex_);
    const bool is_full = signalling_.size() >= limits::signalling_queue_max ||
                         signalling_bytes_ + message.payload_json.size() > limits::signalling_queue_bytes_max;
    if (stopping_ || is_full) return state_.note_signalling_dropped();
    signalling_bytes_ += message.payload_json.size();
    signalling_.push_back(std::move(message));
  }
  changed_.notify_one();
}

void RowWriter::note_clock(ClockLook look) {
  const std::lock_guard lock(mutex_);
  clock_look_ = look;  // written at the next round of the thread
}

void RowWriter::revoke(EventLoop& loop, domain::Revocation revocation, std::move_only_function<void(Result<void>)> done) {
  Result<void> accepted;
  {
    const std::lock_guard lock(mutex_);
    if (stopping_)
      accepted = refuse(ErrorCode::store_failed, "The store is stopped");
    else if (revocations_.size() >= limits::revocations_queue_max)
      accepted = std::unexpected(Error{ErrorCode::overloaded, "The server is overloaded", {}, state_.commit_ms()});
    else
      revocations_.push_back({&loop, revocation, std::move(done), clock_.steady_now() + config_.append_deadline});
  }
  if (accepted) return changed_.notify_one();
  loop.post([done = std::move(done), refused = std::move(accepted)]() mutable { done(std::move(refused)); });
}

void RowWriter::run() {
  pthread_setname_np(pthread_self(), "store-rows");  // the name shown by tools that list threads
  Client client = clients_.take();
  watch(client);
  std::unique_lock lock(mutex_);
  for (;;) {
    const auto interval = in_doubt_.empty() ? limits::mongo_watch_interval : limits::mongo_retry_delay;
    changed_.wait_for(lock, interval, [this] { return stopping_ || !signalling_.empty() || !revocations_.empty(); });
    const bool last = stopping_;
    lock.unlock();
    write_revocations(client);
    write_signalling(client);
    write_clock_look(client);
    if (!last) watch(client);
    lock.lock();
    if (last && revocations_.empty() && in_doubt_.empty()) return;
  }
}

// Signalling records are not awaited: a record that cannot be written now is dropped and counted.
void RowWriter::write_signalling(Client& client) {
  std::vector<Document> documents;
  {
    const std::lock_guard lock(mutex_);
    for (; !signalling_.empty() && documents.size() < limits::rows_per_commit_max; signalling_.pop_front()) {
      signalling_bytes_ -= signalling_.front().payload_json.size();
      documents.push_back(encode(signalling_.front()));
    }
  }
  if (documents.empty()) return;
  const auto result = client.insert(collection::signalling, documents);
  const std::size_t lost = result ? result->errors.size() : documents.size();
  for (std::size_t index = 0; index < lost; ++index) state_.note_signalling_dropped();
  if (!result) state_.note_outage(result.error().message);
}

void RowWriter::write_clock_look(Client& client) {
  std::optional<ClockLook> look;
  {
    const std::lock_guard lock(mutex_);
    look = std::exchange(clock_look_, std::nullopt);
  }
  if (!look) return;
  Document query;
  query.text("_id", clock_id);
  Document fields;
  fields.date("at", look->at).date("evenSince", look->even_since);
  Document change;
  change.document("$set", fields);
  Document statement = update_of(query, change);
  statement.boolean("upsert", true);
  if (const auto failure = first_failure(client.update(collection::nodes, {&statement, 1}))) state_.note_refusal(failure->message);
}

void RowWriter::write_revocations(Client& client) {
  {
    const std::lock_guard lock(mutex_);
    std::ranges::move(revocations_, std::back_inserter(in_doubt_));
    revocations_.clear();
  }
  if (in_doubt_.empty()) return;
  auto result = write(client, in_doubt_);
  const SteadyTime now = clock_.steady_now();
  std::vector<WaitingRevocation> again;
  for (WaitingRevocation& each : in_doubt_) {
    const bool is_open = !result && result.error().code == ErrorCode::outcome_unknown && each.deadline > now;
    if (is_open)
      again.push_back(std::move(each));
    else
      each.loop->post([done = std::move(each.done), result]() mutable { done(std::move(result)); });
  }
  in_doubt_ = std::move(again);
}

Result<void> RowWriter::write(Client& client, const std::vector<WaitingRevocation>& revocations) const {
  Document count;
  count.text("count", collection::revoked);
  const auto counted = client.command(count);
  const std::int64_t kept = counted ? Fields(*counted).integer("n").value_or(0) : 0;
  if (static_cast<std::size_t>(kept) >= limits::revocations_max) return refuse(ErrorCode::store_full, "Too many tokens are revoked");
  std::vector<Document> documents;
  for (const WaitingRevocation& each : revocations) {
    Document& made = documents.emplace_back();
    made.binary("_id", view_of(each.revocation.token));
    if (each.revocation.expires_at) made.date("expiresAt", *each.revocation.expires_at + limits::revocation_margin);
  }
  const auto unknown = [](const Failure& failure) {
    const Error error = to_error(failure);
    return std::unexpected(Error{ErrorCode::outcome_unknown, "The outcome is not known", error.detail, limits::mongo_retry_after.count()});
  };
  const auto result = client.insert(collection::revoked, documents);
  if (!result) return unknown(result.error());
  for (const WriteError& error : result->errors)
    if (error.failure.kind != FailureKind::duplicate_key) return unknown(error.failure);
  if (result->not_durable) return unknown(*result->not_durable);
  return {};
}

void RowWriter::watch(Client& client) {
  const SteadyTime now = clock_.steady_now();
  if (watched_at_ && now - *watched_at_ < limits::mongo_watch_interval) return;
  watched_at_ = now;
  look_at_room(client);
}

// `fsTotalSize` and `fsUsedSize` describe the disk that holds the database (dbStats).
void RowWriter::look_at_room(Client& client) {
  Document command;
  command.int32("dbStats", 1);
  const auto stats = client.command(command);
  if (!stats) return state_.note_outage(stats.error().message);
  state_.note_answer(clock_.steady_now());
  if (state_.is_out_of_reach()) try_to_write(client);
  const auto total = Fields(*stats).integer("fsTotalSize");
  const auto used = Fields(*stats).integer("fsUsedSize");
  if (!total || !used || *used > *total) return;  // a server that gives no answer does not count as full
  const auto free = static_cast<std::uint64_t>(*total - *used);
  state_.note_room(free, free >= config_.free_bytes_min);
}

// A database that answers queries may still refuse writes: no majority, no permission or no space. So an outage
// ends only after a successful write. This works even if no client sends any more, because the store is not ready.
void RowWriter::try_to_write(Client& client) {
  Document query;
  query.text("_id", "last");
  Document time;
  time.date("triedAt", clock_.now());
  Document change;
  change.document("$set", time);
  const std::array statement = {update_of(query, change)};
  if (const auto failure = first_failure(client.update(collection::nodes, statement))) return state_.note_outage(failure->message);
  state_.note_reached();
}

void RowWriter::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

Result<SignallingPage> RowWriter::newest(Client& client, SessionNumber session, const SessionId& session_id,
                                         const SignallingRange& range) const {
  SignallingPage page;
  if (range.limit == 0) return page;
  Document young;
  young.date("$gte", clock_.now() - limits::signalling_kept);
  Document filter;
  filter.text("sessionId", session_id.to_string()).document("timestamp", young);
  if (range.after) {
    Document smaller;
    smaller.id("$lt", range.after->id);
    require_behind(filter, {"timestamp", range.after->time, Order::newest_first}, "_id", smaller);
  }
  Document newest_first;
  newest_first.int32("timestamp", -1).int32("_id", -1);
  const FindOptions options{
      .sort = &newest_first, .limit = static_cast<std::int64_t>(range.limit + 1), .bytes_max = range.bytes_max + range.bytes_max / 4};
  const auto found = client.find(collection::signalling, filter, options);
  if (!found) return std::unexpected(to_error(found.error()));
  std::size_t bytes = 0;
  for (const Document& document : *found) {
    page.more = page.messages.size() == range.limit || bytes >= range.bytes_max;
    if (page.more) return page;
    SignallingMessage& message = page.messages.emplace_back(decode(document));
    bytes += message.payload_json.size();
    message.session = session;
    message.session_id = session_id;
  }
  page.more = options.is_full(*found);
  return page;
}

Result<std::optional<ClockLook>> read_clock_look(Client& client) {
  Document query;
  query.text("_id", clock_id);
  const auto found = client.find(collection::nodes, query, {.limit = 1});
  if (!found) return std::unexpected(to_error(found.error()));
  if (found->empty()) return std::optional<ClockLook>{};
  const auto at = Fields(found->front()).date("at");
  const auto even_since = Fields(found->front()).date("evenSince");
  return at && even_since ? std::optional(ClockLook{*at, *even_since}) : std::nullopt;
}

Result<std::vector<domain::Revocation>> read_revocations(Client& client) {
  std::vector<domain::Revocation> revocations;
  const auto found = client.find(collection::revoked, Document());
  if (!found) return std::unexpected(to_error(found.error()));
  for (const Document& document : *found) {
    const auto token = Fields(document).binary("_id");
    domain::Revocation revocation{.token = {}, .expires_at = Fields(document).date("expiresAt")};
    if (revocation.expires_at) *revocation.expires_at -= limits::revocation_margin;
    if (!token || token->size() != revocation.token.size())
      return refuse(ErrorCode::log_corrupt, "The list of revoked tokens is damaged", "a document's `_id` has not 32 bytes");
    std::memcpy(revocation.token.data(), token->data(), token->size());
    revocations.push_back(revocation);
  }
  return revocations;
}

}  // namespace parley::store::mongo
