#include "store/mongo/adoption/change_stream.hpp"

#include <mongoc/mongoc.h>

#include "base/limits.hpp"
#include "store/mongo/driver/layout.hpp"

namespace parley::store::mongo {

namespace {

constexpr std::int32_t code_no_streams = 40573;  // of the server: "only supported on replica sets"

Document in_collection(std::string_view collection) {
  Document made;
  made.text("ns.coll", collection);
  return made;
}

Document any_of(const Array& values) {
  Document made;
  made.array("$in", values.as_document());
  return made;
}

/// [{$match: …}]: the conditions of an interesting event. Parley's own messages have `seq` from the beginning.
Document pipeline() {
  Array writes;
  writes.text("insert").text("update").text("replace").text("delete");
  Document of_sessions = in_collection(collection::sessions);
  of_sessions.document("operationType", any_of(writes));
  Document foreign_text = in_collection(collection::chat);
  foreign_text.text("operationType", "insert").null("fullDocument.seq");
  Document deleted_text = in_collection(collection::chat);
  deleted_text.text("operationType", "delete");
  Array ends;
  ends.text("drop").text("rename").text("dropDatabase").text("invalidate");
  Document gone;
  gone.document("operationType", any_of(ends));
  Array either;
  either.document(of_sessions).document(foreign_text).document(deleted_text).document(gone);
  Document condition;
  condition.array("$or", either.as_document());
  Document match;
  match.document("$match", condition);
  Array stages;
  stages.document(match);
  Document made;
  made.array("pipeline", stages.as_document());
  return made;
}

}  // namespace

ChangeStream::ChangeStream(Client& client, const std::optional<Document>& token) {
  mongoc_database_t* const database = mongoc_client_get_database(client.client_, client.database_.c_str());
  Document options;
  options.int64("maxAwaitTimeMS", limits::mongo_stream_wait.count()).int32("batchSize", limits::mongo_stream_batch);
  if (token) options.document("startAfter", *token);
  static const Document stages = pipeline();
  stream_ = mongoc_database_watch(database, stages.raw(), options.raw());
  mongoc_database_destroy(database);
}

ChangeStream::~ChangeStream() {
  mongoc_change_stream_destroy(stream_);
}

Outcome<std::optional<Document>> ChangeStream::next() {
  const bson_t* event = nullptr;
  if (mongoc_change_stream_next(stream_, &event)) return std::optional<Document>(Document(event));
  bson_error_t error{};
  const bson_t* reply = nullptr;
  if (mongoc_change_stream_error_document(stream_, &error, &reply)) return std::unexpected(failure_of(error));
  return std::optional<Document>{};
}

std::optional<Document> ChangeStream::token() const {
  const bson_t* const token = mongoc_change_stream_get_resume_token(stream_);
  return token == nullptr ? std::nullopt : std::optional(Document(token));
}

bool has_no_streams(const Failure& failure) {
  return failure.code == code_no_streams;
}

}  // namespace parley::store::mongo
