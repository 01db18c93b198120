#include "store/mongo/driver/layout.hpp"

#include <string>
#include <utility>

#include "base/limits.hpp"
#include "domain/error_code.hpp"

namespace parley::store::mongo {

namespace {

constexpr unsigned seq_bits = 24;

std::unexpected<Error> damaged(const std::string& what) {
  return refuse(ErrorCode::log_corrupt, "The log of this session is damaged", what);
}

}  // namespace

bool is_identity(std::string_view collection, const Fields& keys) {
  const auto names = keys.names();
  return names.size() == 1 && (names[0] == "_id" || (collection == collection::sessions && names[0] == "sessionId"));
}

std::int64_t log_id(SessionNumber session, std::uint32_t seq) {
  return static_cast<std::int64_t>(session.value << seq_bits | seq);
}

SessionNumber session_of(std::int64_t log_id) {
  return SessionNumber{static_cast<std::uint64_t>(log_id) >> seq_bits};
}

std::uint32_t seq_of(std::int64_t log_id) {
  return static_cast<std::uint32_t>(log_id) & limits::seq_max;
}

Document encode_log_document(const LogDocument& document) {
  const std::int64_t id = log_id(document.session, document.first());
  Document made;
  made.int64("_id", id).int32("last", static_cast<std::int32_t>(document.last())).int64("at", document.at);
  Array entries;
  for (const domain::EncodedEntry& entry : document.entries) entries.binary(domain::encode_record(entry));
  made.array("entries", entries.as_document());
  if (!document.keys.empty()) {
    Array keys;
    for (const Key16& key : document.keys) keys.binary(view_of(key));
    made.array("keys", keys.as_document());
  }
  if (!document.row.empty()) made.int64("rowOf", id).binary("row", document.row);
  if (document.erases) made.int64("erases", log_id(document.session, *document.erases));
  if (!document.session_id.empty()) made.text(session_field, document.session_id);
  return made;
}

Result<StoredDocument> decode_log_document(const Fields& fields) {
  const auto id = fields.integer("_id");
  if (!id) return damaged("a document of the log has no whole number as `_id`");
  StoredDocument document{.session = session_of(*id), .first = seq_of(*id)};
  const std::string place = "Session " + std::to_string(document.session.value) + ", entry " + std::to_string(document.first) + ": ";
  const auto last = fields.integer("last");
  const auto records = fields.binaries("entries");
  if (!last || !records || records->empty()) return damaged(place + "its document lacks `last` or `entries`");
  for (const BytesView record : *records) document.records.emplace_back(record);
  if (document.last() != *last) return damaged(place + "its document should end at " + std::to_string(*last));
  document.row = Bytes(fields.binary("row").value_or(BytesView{}));
  if (const auto erases = fields.integer("erases")) document.erases = seq_of(*erases);
  document.at = fields.integer("at").value_or(0);
  return document;
}

Document set_record(const StoredDocument& document, const domain::EncodedEntry& entry) {
  Document fields;
  fields.binary("entries." + std::to_string(entry.seq - document.first), domain::encode_record(entry));
  Document change;
  change.document("$set", fields);
  return change;
}

Document range_of(std::string_view field, std::int64_t first, std::int64_t last) {
  Document bounds;
  bounds.int64("$gte", first).int64("$lte", last);
  Document range;
  range.document(field, bounds);
  return range;
}

Document by_id(const ObjectId& id) {
  Document filter;
  filter.id("_id", id);
  return filter;
}

Document id_range(SessionNumber session, std::uint32_t first, std::uint32_t last) {
  return range_of("_id", log_id(session, first), log_id(session, last));
}

const Document& ascending_id() {
  static const Document sort = ascending({"_id"});
  return sort;
}

const Document& descending_id() {
  static const Document sort(std::move(Document().int32("_id", -1)));
  return sort;
}

}  // namespace parley::store::mongo
