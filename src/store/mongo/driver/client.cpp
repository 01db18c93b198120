#include "store/mongo/driver/client.hpp"

#include <mongoc/mongoc.h>

#include <algorithm>
#include <utility>

#include "base/limits.hpp"

namespace parley::store::mongo {

namespace {

WriteResult result_of(const Fields& reply, std::string_view collection) {
  WriteResult result;
  for (const Fields& error : reply.documents("writeErrors"))
    result.errors.push_back({static_cast<std::size_t>(error.integer("index").value_or(0)), failure_in(error, collection)});
  std::ranges::sort(result.errors, {}, &WriteError::index);
  const auto concerns = reply.documents("writeConcernErrors");  // of helpers; a bare command has one `writeConcernError`
  if (!concerns.empty()) result.not_durable = failure_in(concerns.front(), collection);
  if (const auto concern = reply.document("writeConcernError")) result.not_durable = failure_in(*concern, collection);
  if (result.not_durable && result.not_durable->kind != FailureKind::full) result.not_durable->kind = FailureKind::unknown;
  result.matched = reply.integer("n").value_or(0);
  return result;
}

/// {w: "majority", j: true, wtimeout}. A standalone treats it as {w: 1, j: true}.
const Document& majority() {
  static const Document concern = [] {
    Document made;
    made.text("w", "majority").boolean("j", true).int64("wtimeout", limits::mongo_write_concern_timeout.count());
    return made;
  }();
  return concern;
}

class Reply {
 public:
  ~Reply() { bson_destroy(&bson_); }
  bson_t* raw() { return &bson_; }  // libmongoc always initialises it
  [[nodiscard]] Fields fields() const { return {bson_get_data(&bson_), bson_.len}; }

 private:
  bson_t bson_ = BSON_INITIALIZER;
};

struct CollectionDeleter {
  void operator()(mongoc_collection_t* collection) const { mongoc_collection_destroy(collection); }
};
using Collection = std::unique_ptr<mongoc_collection_t, CollectionDeleter>;
struct CursorDeleter {
  void operator()(mongoc_cursor_t* cursor) const { mongoc_cursor_destroy(cursor); }
};
using Cursor = std::unique_ptr<mongoc_cursor_t, CursorDeleter>;
struct SessionDeleter {
  void operator()(mongoc_client_session_t* session) const { mongoc_client_session_destroy(session); }
};
using Session = std::unique_ptr<mongoc_client_session_t, SessionDeleter>;

Document read_concern(Reading reading, Topology topology) {
  const char* level = "local";
  if (topology == Topology::replica_set) level = reading == Reading::newest ? "linearizable" : "majority";
  Document concern;
  concern.text("level", level);
  return concern;
}

Document find_options(const FindOptions& options, Topology topology) {
  Document made;
  made.document("readConcern", read_concern(options.reading, topology));
  made.int64("maxTimeMS", limits::mongo_read_timeout.count());
  if (options.sort != nullptr) made.document("sort", *options.sort);
  if (options.projection != nullptr) made.document("projection", *options.projection);
  if (options.hint != nullptr) made.document("hint", *options.hint);
  if (options.limit > 0) made.int64("limit", options.limit);
  return made;
}

}  // namespace

/// Asks the server for the authenticated user: a certificate authenticates too, without a user in the URI.
std::string how_to_be_allowed(Client& client, std::string_view action) {
  Document command;
  command.int32("connectionStatus", 1);
  const auto status = client.command(command);
  const auto info = status ? Fields(*status).document("authInfo") : std::nullopt;
  if (info && info->documents("authenticatedUsers").empty())
    return "Put user and password into --store, as in mongodb://USER:PASSWORD@HOST:27017/DATABASE?authSource=admin";
  return "Give the user of --store the role readWrite on the database, or one that allows " + std::string(action);
}

std::optional<Failure> first_failure(const Outcome<WriteResult>& result) {
  if (!result) return result.error();
  if (!result->errors.empty()) return result->errors.front().failure;
  return result->not_durable;
}

Document update_of(const Document& query, const Document& change) {
  Document made;
  made.document("q", query).document("u", change);
  return made;
}

Document delete_of(const Document& query) {
  Document made;
  made.document("q", query).int32("limit", 1);
  return made;
}

Client::Client(mongoc_client_pool_t* pool, mongoc_client_t* client, const std::string& database, Topology topology)
    : pool_(pool), client_(client), database_(database), topology_(topology) {}

Client::Client(Client&& other) noexcept
    : pool_(other.pool_),
      client_(std::exchange(other.client_, nullptr)),
      database_(std::move(other.database_)),
      topology_(other.topology_) {}

Client::~Client() {
  if (client_ != nullptr) mongoc_client_pool_push(pool_, client_);
}

Outcome<void> Client::each(std::string_view collection, const Document& filter, const FindOptions& options,
                           const std::function<bool(const Fields& document)>& visit) {
  const Collection from(mongoc_client_get_collection(client_, database_.c_str(), std::string(collection).c_str()));
  const Document made = find_options(options, topology_);
  const Cursor cursor(mongoc_collection_find_with_opts(from.get(), filter.raw(), made.raw(), nullptr));
  const bson_t* found = nullptr;
  while (mongoc_cursor_next(cursor.get(), &found))
    if (!visit(Fields(bson_get_data(found), found->len))) return {};
  bson_error_t error;
  if (mongoc_cursor_error(cursor.get(), &error)) return std::unexpected(failure_of(error));
  return {};
}

bool FindOptions::is_full(std::span<const Document> found) const {
  std::size_t bytes = 0;
  for (const Document& document : found) bytes += document.size_bytes();
  return (limit > 0 && std::ssize(found) >= limit) || bytes >= bytes_max;
}

Outcome<std::vector<Document>> Client::find(std::string_view collection, const Document& filter, const FindOptions& options) {
  std::vector<Document> documents;
  std::size_t bytes = 0;
  const auto read = each(collection, filter, options, [&](const Fields& found) {
    bson_t view;
    if (bson_init_static(&view, found.data(), found.size())) documents.emplace_back(&view);
    bytes += found.size();
    return bytes < options.bytes_max;
  });
  if (!read) return std::unexpected(read.error());
  return documents;
}

Outcome<WriteResult> Client::insert(std::string_view collection, std::span<const Document> documents) {
  const Collection into(mongoc_client_get_collection(client_, database_.c_str(), std::string(collection).c_str()));
  Document options;
  options.boolean("ordered", false).boolean("validate", false).document("writeConcern", majority());
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wignored-attributes"  // bson_t has an alignment attribute; a pointer type ignores it safely
  std::vector<const bson_t*> raw;
#pragma GCC diagnostic pop
  raw.reserve(documents.size());
  for (const Document& document : documents) raw.push_back(document.raw());
  Reply reply;
  bson_error_t error{};
  const bool done = mongoc_collection_insert_many(into.get(), raw.data(), raw.size(), options.raw(), reply.raw(), &error);
  WriteResult result = result_of(reply.fields(), collection);
  // The function also returns false if single documents were refused; those are listed. Any other error concerns the whole command.
  const bool from_server = error.domain == MONGOC_ERROR_SERVER || error.domain == MONGOC_ERROR_WRITE_CONCERN;
  const bool listed = !result.errors.empty() || result.not_durable;
  if (!done && !(from_server && listed)) return std::unexpected(failure_of(error));
  return result;
}

Outcome<WriteResult> Client::write(std::string_view verb, std::string_view collection, std::string_view list,
                                   std::span<const Document> statements) {
  Array all;
  for (const Document& statement : statements) all.document(statement);
  Document made;
  made.text(verb, collection).array(list, all.as_document()).boolean("ordered", false);
  Document options;
  options.document("writeConcern", majority());
  Reply reply;
  bson_error_t error{};
  if (!mongoc_client_write_command_with_opts(client_, database_.c_str(), made.raw(), options.raw(), reply.raw(), &error)) {
    WriteResult result = result_of(reply.fields(), collection);
    if (result.errors.empty() && !result.not_durable) return std::unexpected(failure_of(error));
    return result;
  }
  return result_of(reply.fields(), collection);
}

Outcome<WriteResult> Client::update(std::string_view collection, std::span<const Document> updates) {
  return write("update", collection, "updates", updates);
}

Outcome<WriteResult> Client::remove(std::string_view collection, std::span<const Document> deletes) {
  return write("delete", collection, "deletes", deletes);
}

Outcome<Document> Client::command(const Document& command) {
  Reply reply;
  bson_error_t error{};
  if (!mongoc_client_command_simple(client_, database_.c_str(), command.raw(), nullptr, reply.raw(), &error))
    return std::unexpected(failure_of(error));
  return Document(reply.raw());
}

Outcome<void> Client::insert_and_update(std::string_view collection, const Document& inserted, const Document& query,
                                        const Document& change) {
  bson_error_t error{};
  const Session session(mongoc_client_start_session(client_, nullptr, &error));
  if (!session) return std::unexpected(failure_of(error));
  const std::unique_ptr<mongoc_transaction_opt_t, decltype(&mongoc_transaction_opts_destroy)> how(mongoc_transaction_opts_new(),
                                                                                                  &mongoc_transaction_opts_destroy);
  const std::unique_ptr<mongoc_write_concern_t, decltype(&mongoc_write_concern_destroy)> concern(mongoc_write_concern_new(),
                                                                                                 &mongoc_write_concern_destroy);
  mongoc_write_concern_set_wmajority(concern.get(), static_cast<std::int32_t>(limits::mongo_write_concern_timeout.count()));
  mongoc_write_concern_set_journal(concern.get(), true);
  mongoc_transaction_opts_set_write_concern(how.get(), concern.get());
  if (!mongoc_client_session_start_transaction(session.get(), how.get(), &error)) return std::unexpected(failure_of(error));
  Document options;
  if (!mongoc_client_session_append(session.get(), options.raw(), &error)) return std::unexpected(failure_of(error));
  const Collection into(mongoc_client_get_collection(client_, database_.c_str(), std::string(collection).c_str()));
  const auto abort = [&]() -> Outcome<void> {
    const Failure failure = failure_of(error);
    mongoc_client_session_abort_transaction(session.get(), nullptr);  // if the abort fails, the server aborts it at its own time limit
    return std::unexpected(failure);
  };
  if (!mongoc_collection_insert_one(into.get(), inserted.raw(), options.raw(), nullptr, &error)) return abort();
  if (!mongoc_collection_update_one(into.get(), query.raw(), change.raw(), options.raw(), nullptr, &error)) return abort();
  Reply reply;
  if (!mongoc_client_session_commit_transaction(session.get(), reply.raw(), &error)) {
    Failure failure = failure_of(error);
    if (failure.kind != FailureKind::full) failure.kind = FailureKind::unknown;
    return std::unexpected(failure);
  }
  return {};
}

}  // namespace parley::store::mongo
