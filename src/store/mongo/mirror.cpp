#include "store/mongo/mirror.hpp"

#include <pthread.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <limits>
#include <span>
#include <string>

#include "base/limits.hpp"
#include "domain/error_code.hpp"
#include "domain/session.hpp"
#include "store/mongo/log_view.hpp"

namespace parley::store::mongo {

namespace {

const Document& by_place() {
  static const Document sort = [] {
    Document made;
    made.int32("at", 1);
    return made;
  }();
  return sort;
}

/// {field: {$in: […]}}.
Document one_of(std::string_view field, std::span<const std::int64_t> numbers) {
  Document values;
  for (std::size_t index = 0; index < numbers.size(); ++index) values.int64(std::to_string(index), numbers[index]);
  Document any;
  any.array("$in", values);
  Document filter;
  filter.document(field, any);
  return filter;
}

}  // namespace

Mirror::Mirror(ClientPool& clients, StoreState& state, SettledPlaces& places, const Clock& clock, LogSink& logs, std::int64_t node)
    : clients_(clients), state_(state), places_(places), clock_(clock), logs_(logs), own_{node, node}, at_(node) {
  thread_ = std::thread([this] { run(); });
}

Mirror::~Mirror() {
  stop();
}

void Mirror::run() {
  pthread_setname_np(pthread_self(), "store-mirror");  // as tools that list threads show it
  Client client = clients_.take();
  std::unique_lock lock(mutex_);
  for (;;) {
    const bool last = stopping_;
    lock.unlock();
    const Progress progress = mirror_own(client, last);
    if (!last) look_at_others(client);
    lock.lock();
    if (last && progress != Progress::more) return;
    if (progress != Progress::more) changed_.wait_for(lock, limits::mongo_mirror_interval, [this] { return stopping_; });
  }
}

Mirror::Progress Mirror::mirror_own(Client& client, bool last) {
  const SteadyTime now = clock_.steady_now();
  const bool is_due = last || !noted_at_ || now - *noted_at_ >= limits::mongo_watch_interval;
  const std::int64_t settled = places_.settled();
  const Progress progress = mirror_range(client, own_, settled);
  if (progress == Progress::all) own_.at = settled;  // places in between were given to what was never written
  at_ = own_.at;
  if (!is_due || progress == Progress::failed) return progress;
  if (!look_for_strays(client)) return Progress::failed;
  const auto in_doubt = places_.in_doubt();
  const std::int64_t nothing_open = in_doubt.empty() ? own_.at : std::min(own_.at, in_doubt.begin()->first - 1);
  if (note(client, {own_.id, nothing_open})) noted_at_ = now;
  return progress;
}

bool Mirror::look_for_strays(Client& client) {
  const SteadyTime now = clock_.steady_now();
  const auto in_doubt = places_.in_doubt();
  std::vector<std::int64_t> sought;
  for (auto place = in_doubt.begin(); place != in_doubt.end();) {
    for (sought.clear(); place != in_doubt.end() && std::ssize(sought) < limits::mongo_mirror_documents_max; ++place)
      sought.push_back(place->first);
    const auto found = client.find(collection::log, one_of("at", sought), {.reading = Reading::newest, .hint = &by_place()});
    if (!found || !mirror_documents(client, *found)) return false;
    for (const Document& stray : *found) places_.resolve(Fields(stray).integer("at").value_or(0));
  }
  for (const auto& [place, until] : in_doubt)
    if (until <= now) places_.resolve(place);
  return true;
}

/// Takes the next documents of that node after where it is. A place is only moved past what is mirrored.
Mirror::Progress Mirror::mirror_range(Client& client, Node& node, std::int64_t up_to) {
  if (node.at >= up_to) return Progress::all;
  const auto found =
      client.find(collection::log, range_of("at", node.at + 1, up_to),
                  {.reading = Reading::newest, .sort = &by_place(), .hint = &by_place(), .limit = limits::mongo_mirror_documents_max});
  if (!found || !mirror_documents(client, *found)) return Progress::failed;
  const bool is_all = std::ssize(*found) < limits::mongo_mirror_documents_max;
  if (!found->empty()) node.at = Fields(found->back()).integer("at").value_or(node.at);
  return is_all ? Progress::all : Progress::more;
}

bool Mirror::mirror_documents(Client& client, const std::vector<Document>& documents) {
  if (documents.empty()) return true;
  const auto projection = projection_of(client, documents);
  return projection && write(client, *projection);
}

Result<Projection> Mirror::projection_of(Client& client, const std::vector<Document>& documents) {
  Projection projection;
  LogView view(client, state_);
  for (const Document& found : documents) {
    const auto document = decode_log_document(found);
    if (!document) {  // named in health by whoever reads it; the others are mirrored
      logs_.write(LogLevel::error, "store", "a document of the log cannot be mirrored", {{"damage", document.error().detail}});
      continue;
    }
    const auto session = session_of(client, document->session);
    if (!session) return std::unexpected(session.error());
    if (!*session) continue;  // its first document is not there: damage that readers name
    const auto sender_at = [&](std::uint32_t seq) -> Result<ObjectId> {
      const auto entry = view.entry(document->session, seq);
      if (!entry) return std::unexpected(entry.error());
      if (!*entry) return refuse(ErrorCode::log_corrupt, "The log of this session is damaged", "a deletion's target is missing");
      const auto core = domain::decode_core((*entry)->core);
      if (!core) return std::unexpected(core.error());
      return core->sender;
    };
    const auto projected = project(*document, **session, sender_at, projection);
    if (projected) continue;
    if (projected.error().code != ErrorCode::log_corrupt) return std::unexpected(projected.error());
    logs_.write(LogLevel::error, "store", "a document of the log cannot be mirrored", {{"damage", projected.error().detail}});
  }
  return projection;
}

Result<void> Mirror::write(Client& client, const Projection& projection) {
  const auto update = [&](std::string_view collection, const std::vector<Document>& updates) -> Result<void> {
    return updates.empty() ? Result<void>() : accept(client.update(collection, updates), collection);
  };
  if (auto done = update(collection::sessions, projection.new_sessions); !done) return done;
  if (auto done = update(collection::sessions, projection.changed_sessions); !done) return done;
  if (auto done = write_messages(client, projection); !done) return done;
  if (auto done = update(collection::chat, projection.adopted); !done) return done;
  if (!projection.removed.empty())
    if (auto done = accept(client.remove(collection::chat, projection.removed), collection::chat); !done) return done;
  if (projection.audits.empty()) return {};
  return accept(client.insert(collection::audits, projection.audits), collection::audits);
}

Result<void> Mirror::write_messages(Client& client, const Projection& projection) {
  if (projection.messages.empty()) return {};
  if (auto done = accept(client.insert(collection::chat, projection.messages), collection::chat); !done) return done;
  const auto erased = client.find(collection::log, one_of("erases", projection.message_logs), {.reading = Reading::newest});
  if (!erased) return std::unexpected(to_error(erased.error()));
  std::vector<Document> removed;
  for (const Document& deletion : *erased) {
    const auto text = std::ranges::find(projection.message_logs, Fields(deletion).integer("erases"));
    if (text == projection.message_logs.end()) continue;
    removed.push_back(remove_message(projection.message_ids[static_cast<std::size_t>(text - projection.message_logs.begin())]));
  }
  return removed.empty() ? Result<void>() : accept(client.remove(collection::chat, removed), collection::chat);
}

/// A document that is there already was mirrored before. One that the database refuses (a validator or a unique index of the users' own) is
/// told and left.
Result<void> Mirror::accept(const Outcome<WriteResult>& result, std::string_view collection) {
  if (!result) return std::unexpected(to_error(result.error()));
  if (result->not_durable) return std::unexpected(to_error(*result->not_durable));
  std::vector<const Failure*> refusals;
  for (const WriteError& error : result->errors) {
    if (error.failure.kind == FailureKind::duplicate_key) continue;
    if (error.failure.kind != FailureKind::unfit) return std::unexpected(to_error(error.failure));
    refusals.push_back(&error.failure);
  }
  if (refusals.empty()) return {};
  state_.note_mirror_refused(refusals.size());
  logs_.write(LogLevel::error, "store", "the database refuses documents of the mirror; they are left out",
              {{"collection", collection}, {"documents", std::to_string(refusals.size())}, {"first_reason", refusals.front()->message}});
  return {};
}

/// Its own node is alive as of now; another, which may only be slow, is not said to be.
Result<void> Mirror::note(Client& client, const Node& node) {
  Document place;
  place.int64("at", node.at);
  Document change;
  change.document("$max", place);
  if (node.id == own_.id) {
    Document alive;
    alive.date("alive", clock_.now());
    change.document("$set", alive);
  }
  Document query;
  query.int64("_id", node.id);
  std::array statement = {update_of(query, change)};
  statement[0].boolean("upsert", node.id == own_.id);
  return accept(client.update(collection::nodes, statement), collection::nodes);
}

Result<void> Mirror::forget(Client& client, const Node& node) {
  Document query;
  query.int64("_id", node.id);
  const std::array statement = {delete_of(query)};
  return accept(client.remove(collection::nodes, statement), collection::nodes);
}

// What a node that is silent wrote and did not mirror, any other may mirror: twice is once. While writes of it may still arrive, where this
// node is with it is remembered and not noted; when they cannot, it is gone through once more from where it was noted.
void Mirror::look_at_others(Client& client) {
  const SteadyTime now = clock_.steady_now();
  if (looked_at_ && now - *looked_at_ < limits::mongo_node_silent) return;
  Document older;
  older.date("$lt", clock_.now() - limits::mongo_node_silent);
  Document filter;
  filter.document("alive", older);
  const auto silent = client.find(collection::nodes, filter);
  if (!silent) return;
  looked_at_ = now;
  for (const Document& found : *silent) {
    const Fields fields(found);
    Node node{fields.integer("_id").value_or(0), fields.integer("at").value_or(0)};
    if (node.id == own_.id) continue;
    const auto silence = clock_.now() - fields.date("alive").value_or(Timestamp{});
    const bool may_stray = silence <= limits::mongo_stray_write_life;
    if (const auto ahead = ahead_.find(node.id); may_stray && ahead != ahead_.end()) node.at = std::max(node.at, ahead->second);
    Progress progress = Progress::more;
    while (progress == Progress::more) progress = mirror_range(client, node, last_place_of(node.id));
    if (progress == Progress::failed) return;
    if (may_stray) {
      ahead_[node.id] = node.at;
      continue;
    }
    ahead_.erase(node.id);
    const bool is_gone = silence > limits::mongo_node_gone;
    if (const auto noted = is_gone ? forget(client, node) : note(client, node); !noted) return;
  }
}

Result<std::optional<SessionId>> Mirror::session_of(Client& client, SessionNumber number) {
  if (const SessionId* known = sessions_.find(number)) return *known;
  const auto bytes = LogView(client, state_).row(number);
  if (!bytes) return std::unexpected(bytes.error());
  if (!*bytes) return std::optional<SessionId>{};
  const auto row = domain::decode_session_row(**bytes);
  if (!row) {
    logs_.write(LogLevel::error, "store", "a session row of the log cannot be read", {{"damage", row.error().detail}});
    return std::optional<SessionId>{};
  }
  sessions_.put(number, row->id);
  return row->id;
}

void Mirror::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

}  // namespace parley::store::mongo
