#include "store/mongo/documents/session_document.hpp"

#include <algorithm>

#include "store/mongo/driver/client.hpp"

namespace parley::store::mongo {

namespace {

using domain::SessionRow;

/// The participants after the first two, which are `doctorId` and `patientId`.
void set_others(Document& fields, const SessionRow& row) {
  Array others;
  for (std::size_t index = 2; index < row.participants.size(); ++index) others.user(row.participants[index].user);
  fields.array("parley.others", others.as_document());
}

constexpr std::string_view wrote_field = "parley.wrote";

DocumentState state_of(const SessionRow& row) {
  return {row.status, row.ended_at};
}

void set_state(Document& fields, const SessionRow& row) {
  fields.text("status", name_of(row.status));
  if (row.started_at) fields.date("startedAt", *row.started_at);
  if (row.ended_at) fields.date("endedAt", *row.ended_at);
}

/// {<verb>: [first, second]}.
Document pair(std::string_view verb, std::string_view first, std::string_view second) {
  Array values;
  values.text(first).text(second);
  Document made;
  made.array(verb, values.as_document());
  return made;
}

/// A missing field counts as null.
Document or_null(std::string_view field) {
  Array values;
  values.text(field).null();
  Document made;
  made.array("$ifNull", values.as_document());
  return made;
}

/// For $expr: the document's state equals `parley.wrote`.
const Document& is_as_written() {
  static const Document expression = [] {
    Array ends;
    ends.document(or_null("$endedAt")).document(or_null("$parley.wrote.endedAt"));
    Document same_end;
    same_end.array("$eq", ends.as_document());
    Array both;
    both.document(pair("$eq", "$status", "$parley.wrote.status")).document(same_end);
    Document made;
    made.array("$and", both.as_document());
    return made;
  }();
  return expression;
}

/// {$set: …}; also removes `endedAt` if the session is no longer ended.
Document change_to(const SessionRow& row, std::uint32_t seq) {
  Document fields;
  set_state(fields, row);
  fields.int32("metadata.duration", static_cast<std::int32_t>(row.duration_seconds())).int32("parley.seq", static_cast<std::int32_t>(seq));
  set_others(fields, row);
  fields.document(wrote_field, written_state(state_of(row)));
  Document change;
  change.document("$set", fields);
  if (!row.ended_at) change.document("$unset", Document().text("endedAt", ""));
  return change;
}

Document statement(const SessionRow& row, Document query, const Document& change) {
  query.text("sessionId", row.id.to_string());
  return update_of(query, change);
}

}  // namespace

Document insert_session(const SessionRow& row) {
  Document metadata;
  if (row.appointment)
    metadata.id("appointmentId", *row.appointment);
  else
    metadata.null("appointmentId");
  metadata.int32("duration", static_cast<std::int32_t>(row.duration_seconds())).int32("participantCount", 0);
  Document fields;
  fields.id("_id", row.object_id);
  if (!row.participants.empty()) fields.user("doctorId", row.participants[0].user);
  if (row.participants.size() > 1) fields.user("patientId", row.participants[1].user);
  set_state(fields, row);
  fields.date("createdAt", row.created_at).document("metadata", metadata).int32("__v", 0).int32("parley.seq", 1);
  set_others(fields, row);
  fields.document(wrote_field, written_state(state_of(row)));
  Document change;
  change.document("$setOnInsert", fields);
  Document query;  // MongoDB copies the conditions of the query into a new document
  query.int64("parley.number", static_cast<std::int64_t>(row.number.value));
  Document made = statement(row, std::move(query), change);
  made.boolean("upsert", true);
  return made;
}

Document update_session(const SessionRow& row, std::uint32_t seq) {
  Document older;
  older.int32("$lt", static_cast<std::int32_t>(seq));
  Document query;
  query.document("parley.seq", older).document("$expr", is_as_written());
  return statement(row, std::move(query), change_to(row, seq));
}

Document settle_session(const SessionRow& row, std::uint32_t seq, const ForeignSession& seen) {
  Document query;
  query.id("_id", seen.object_id).text("status", name_of(seen.state.status));
  if (seen.state.ended_at)
    query.date("endedAt", *seen.state.ended_at);
  else
    query.null("endedAt");
  if (seen.seq) query.int32("parley.seq", static_cast<std::int32_t>(*seen.seq));
  return statement(row, std::move(query), change_to(row, std::max(seq, seen.seq.value_or(0))));
}

void require_foreign_write(Document& filter) {
  Array negated;
  negated.document(is_as_written());
  Document differs;
  differs.array("$not", negated.as_document());
  filter.document("parley.seq", Document().boolean("$exists", true)).document("$expr", differs);
}

Document written_state(const DocumentState& state) {
  Document made;
  made.text("status", name_of(state.status));
  if (state.ended_at) made.date("endedAt", *state.ended_at);
  return made;
}

}  // namespace parley::store::mongo
