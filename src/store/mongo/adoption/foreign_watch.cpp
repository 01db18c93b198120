#include "store/mongo/adoption/foreign_watch.hpp"

#include <pthread.h>

#include <algorithm>
#include <array>
#include <utility>

#include "store/mongo/documents/foreign_document.hpp"
#include "store/mongo/documents/indexes.hpp"
#include "store/mongo/documents/session_document.hpp"
#include "store/mongo/driver/layout.hpp"

namespace parley::store::mongo {

namespace {

constexpr std::string_view position_id = "changes";  // `_id` of the document of `parleynodes` that holds the position
constexpr std::string_view forgotten =
    "The database no longer has the changes since Parley last looked. Messages that other software deleted in that time are not known. ";
constexpr std::string_view document_kept = " Parley keeps its log; `parley mirror` writes the documents again.";

Document position_filter() {
  Document filter;
  filter.text("_id", position_id);
  return filter;
}

}  // namespace

ForeignWatch::ForeignWatch(Dependencies deps)
    : deps_(deps),
      deletions_({deps.state, deps.ports, deps.clock, deps.directory, deps.places, deps.entropy, deps.clients.topology()}),
      caught_up_(deps.clients.topology() == Topology::standalone) {
  thread_ = std::thread([this] { run(); });
}

ForeignWatch::~ForeignWatch() {
  stop();
}

void ForeignWatch::look(const SessionId& session) {
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() >= limits::mongo_looks_waiting_max)
      compare_ = true;
    else if (waits_.insert(session).second)
      waiting_.push_back(session);
  }
  changed_.notify_all();
}

ForeignWrites ForeignWatch::writes() const {
  using Noticed = ForeignWrites::Noticed;
  // During an outage of the database no software can write there, so memory answers as far as it can.
  const bool need_not_look = streams_.load(std::memory_order_relaxed) || deps_.state.is_out_of_reach();
  return {need_not_look ? Noticed::by_itself : Noticed::when_looked, doubted_at_.load(std::memory_order_relaxed)};
}

bool ForeignWatch::is_stopping() const {
  const std::lock_guard lock(mutex_);
  return stopping_;
}

void ForeignWatch::run() {
  pthread_setname_np(pthread_self(), "store-foreign");  // the name shown by tools that list threads
  Client client = deps_.clients.take();
  const bool is_set = deps_.clients.topology() == Topology::replica_set;
  for (;;) {
    const bool last = is_stopping();
    if (!last && is_set) follow(client);
    look_at_waiting(client);
    if (stream_) advance(client);
    if (last) {
      stream_.reset();
      return;
    }
    if (!stream_) rest();
  }
}

void ForeignWatch::rest() {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, limits::mongo_stream_wait, [this] { return stopping_ || !waiting_.empty(); });
}

void ForeignWatch::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

// A session that cannot be read now stays in the queue, and the position in the stream stays before it.
void ForeignWatch::look_at_waiting(Client& client) {
  if (deps_.clock.steady_now() < looks_again_at_) return;
  bool compares = false;
  std::size_t count = 0;
  {
    const std::lock_guard lock(mutex_);
    compares = std::exchange(compare_, false);
    count = waiting_.size();
  }
  if (compares) compare_all(client);
  for (; count > 0; --count) {
    const SessionId session = next_look();
    if (look_at(client, session)) continue;
    look(session);
    looks_again_at_ = deps_.clock.steady_now() + limits::mongo_look_retry_after;
    return;
  }
}

/// Removes it from the queue: a call of `look` from here on queues the session again.
SessionId ForeignWatch::next_look() {
  const std::lock_guard lock(mutex_);
  const SessionId session = waiting_.front();
  waiting_.pop_front();
  waits_.erase(session);
  return session;
}

bool ForeignWatch::look_at(Client& client, const SessionId& session) {
  const auto row = deps_.directory.find_session(client, session);
  if (!row) return is_final(row.error());
  if (*row) deps_.ports.announce((*row)->number);  // another node may have taken it in
  return true;
}

void ForeignWatch::compare_all(Client& client) {
  static const Document session_id = ascending({"sessionId"});
  doubted_at_ = deps_.clock.steady_now();
  Document filter;
  require_foreign_write(filter);
  const auto read = client.each(collection::sessions, filter, {.projection = &session_id}, [this](const Fields& document) {
    if (const auto id = SessionId::parse(document.text("sessionId").value_or(std::string_view()))) look(*id);
    return true;
  });
  if (read) return;
  const std::lock_guard lock(mutex_);
  compare_ = true;
}

void ForeignWatch::follow(Client& client) {
  const bool was_open = stream_ != nullptr;
  if (!was_open) open_stream(client);
  if (!stream_) return;
  const bool is_idle = read_events(client);
  if (!stream_) return;
  if (!was_open) {
    told_failure_.clear();
    if (must_compare_) compare_all(client);
    streams_ = true;
    deps_.logs.write(LogLevel::info, "store", "a change stream reports what other software writes");
  }
  deletions_.seek_again(client);
  const auto idle_for = is_idle ? deps_.clock.steady_now() - event_seen_at_ : SteadyTime::duration::zero();
  deletions_.rule(client, event_time_ + std::chrono::duration_cast<std::chrono::milliseconds>(idle_for), is_idle);
  if (is_idle && is_finished_up_to(events_)) caught_up_ = true;
}

void ForeignWatch::open_stream(Client& client) {
  if (deps_.clock.steady_now() < stream_again_at_) return;
  if (!position_read_) read_position(client);
  if (!position_read_) return;
  candidate_.reset();
  stream_ = std::make_unique<ChangeStream>(client, position_);
  if (!position_) note_beginning(client);
}

void ForeignWatch::read_position(Client& client) {
  const auto found = client.find(collection::nodes, position_filter(), {.limit = 1});
  if (!found) return give_up_stream(found.error());
  position_read_ = true;
  if (found->empty()) return;
  const Fields position(found->front());
  const auto token = position.document("token");
  if (!token) return;
  position_ = token->copy();
  must_compare_ = position.boolean("mustCompare").value_or(false);
}

// Save the position before anything relies on the stream: a kill must not lose the events from here on.
void ForeignWatch::note_beginning(Client& client) {
  position_ = stream_->token();
  if (!position_ || note_position(client)) return;  // without a token, `next` returns the error
  position_.reset();
  stream_.reset();
  stream_again_at_ = deps_.clock.steady_now() + limits::mongo_stream_retry_after;
}

// Pending events come again with the next stream, which begins before them.
void ForeignWatch::give_up_stream(const Failure& failure) {
  stream_.reset();
  candidate_.reset();
  deletions_.forget();
  const bool will_pass = failure.kind == FailureKind::unknown || failure.kind == FailureKind::not_sent;
  const auto pause = will_pass ? limits::mongo_stream_retry_after : limits::mongo_stream_refused_retry_after;
  stream_again_at_ = deps_.clock.steady_now() + pause;
  if (position_ && !will_pass && !is_forbidden(failure) && !has_no_streams(failure)) {  // the server refuses the position itself
    position_.reset();
    must_compare_ = true;
    stream_again_at_ = {};
    name_loss(std::string(forgotten) + std::string(how_to_apply_deletions), 0);
    return;
  }
  if (!will_pass) streams_ = false;   // else the next stream continues where this one was
  if (!will_pass) caught_up_ = true;  // there will be no stream to wait for
  if (will_pass || std::exchange(told_failure_, failure.message) == failure.message) return;
  const char* const mend = is_forbidden(failure) ? "give the user the permission changeStream" : "use a replica set";
  deps_.logs.write(LogLevel::warning, "store",
                   "no change stream; what other software writes is noticed when a session is opened and every 30 s",
                   {{"reason", failure.message}, {"mend", mend}});
}

/// True if there are no more events now.
bool ForeignWatch::read_events(Client& client) {
  for (std::int32_t count = 0; count < limits::mongo_stream_batch && !is_stopping(); ++count) {
    const auto event = stream_->next();
    if (!event) return give_up_stream(event.error()), true;
    if (!*event) return true;
    const ChangeEvent read = read_change_event(**event);
    take(client, read);
    if (read.kind != ChangeEvent::Kind::stream_ended) continue;
    position_ = stream_->token();
    stream_.reset();
    return true;
  }
  return false;
}

void ForeignWatch::take(Client& client, const ChangeEvent& event) {
  using Kind = ChangeEvent::Kind;
  ++events_;
  event_time_ = std::max(event_time_, event.at);
  event_seen_at_ = deps_.clock.steady_now();
  switch (event.kind) {
    case Kind::nothing:
    case Kind::stream_ended:
      break;
    case Kind::session_written:
      look_at_document(client, event.id);
      break;
    case Kind::text_inserted:
      if (const auto session = SessionId::parse(event.session)) look(*session);
      break;
    case Kind::text_deleted:
      deletions_.take(client, event, events_);
      break;
    case Kind::session_deleted:
      name_loss("Other software deleted the document " + event.document + " of sessions." + std::string(document_kept), 1);
      break;
    case Kind::collection_is_gone:
      name_loss("Other software did a " + event.document + "." + std::string(document_kept), 1);
      make_indexes(client);
      break;
  }
}

/// The drop of the collection removed its indexes, and Parley's queries need them.
void ForeignWatch::make_indexes(Client& client) {
  if (const auto made = prepare_indexes(client); !made)
    deps_.logs.write(LogLevel::error, "store", "the indexes of a dropped collection cannot be made again; the next start tries",
                     {{"reason", made.error().message}});
}

// Queues the session by its id, so that several events cause one look. If the document has no valid id, adoption reports it.
void ForeignWatch::look_at_document(Client& client, const ObjectId& id) {
  const auto found = client.find(collection::sessions, by_id(id), {.reading = Reading::newest, .limit = 1});
  if (!found) {
    const std::lock_guard lock(mutex_);
    compare_ = true;
    return;
  }
  if (found->empty()) return;
  const Fields document(found->front());
  const auto session = SessionId::parse(document.text("sessionId").value_or(std::string_view()));
  if (session) return look(*session);
  [[maybe_unused]] const auto named = deps_.directory.adopt(client, document);  // reports the document; nothing else can fail
}

bool ForeignWatch::is_finished_up_to(std::uint64_t event) const {
  if (!deletions_.is_finished_up_to(event)) return false;
  const std::lock_guard lock(mutex_);
  return waiting_.empty() && !compare_;
}

void ForeignWatch::advance(Client& client) {
  if (candidate_ && is_finished_up_to(candidate_->event)) {
    position_ = std::move(std::exchange(candidate_, std::nullopt)->token);
    must_compare_ = false;
  }
  if (!candidate_)
    if (auto token = stream_->token()) candidate_ = Position{*std::move(token), events_};
  const SteadyTime now = deps_.clock.steady_now();
  const bool is_due = is_stopping() || now - noted_at_ >= limits::mongo_stream_note_interval;
  if (position_ && is_due) static_cast<void>(note_position(client));  // else the next time
}

/// Every node saves its own position in the same document: all events before any of these positions are in the log.
bool ForeignWatch::note_position(Client& client) {
  Document fields;
  fields.document("token", *position_).boolean("mustCompare", must_compare_).date("noted", deps_.clock.now());
  Document change;
  change.document("$set", fields);
  std::array<Document, 1> statement = {update_of(position_filter(), change)};
  statement[0].boolean("upsert", true);
  if (first_failure(client.update(collection::nodes, statement))) return false;
  noted_at_ = deps_.clock.steady_now();
  return true;
}

void ForeignWatch::name_loss(const std::string& what, std::uint64_t documents) {
  deps_.state.note_foreign_loss(what, documents);
}

}  // namespace parley::store::mongo
