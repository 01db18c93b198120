#include "store/mongo/session_document.hpp"

#include "store/mongo/client.hpp"

namespace parley::store::mongo {

namespace {

using domain::SessionRow;

/// Those behind the first two, who are `doctorId` and `patientId`.
void set_others(Document& fields, const SessionRow& row) {
  Array others;
  for (std::size_t index = 2; index < row.participants.size(); ++index) others.user(row.participants[index].user);
  fields.array("parley.others", others.as_document());
}

void set_state(Document& fields, const SessionRow& row) {
  fields.text("status", name_of(row.status));
  if (row.started_at) fields.date("startedAt", *row.started_at);
  if (row.ended_at) fields.date("endedAt", *row.ended_at);
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
  Document change;
  change.document("$setOnInsert", fields);
  Document query;  // MongoDB puts what it asks for into the document it makes
  query.int64("parley.number", static_cast<std::int64_t>(row.number.value));
  Document made = statement(row, std::move(query), change);
  made.boolean("upsert", true);
  return made;
}

Document update_session(const SessionRow& row, std::uint32_t seq) {
  Document older;
  older.int32("$lt", static_cast<std::int32_t>(seq));
  Document query;
  query.document("parley.seq", older);
  Document fields;
  set_state(fields, row);
  fields.int32("metadata.duration", static_cast<std::int32_t>(row.duration_seconds())).int32("parley.seq", static_cast<std::int32_t>(seq));
  set_others(fields, row);
  Document change;
  change.document("$set", fields);
  if (row.reopened && !row.ended_at) {
    Document ended_at;
    ended_at.text("endedAt", "");
    change.document("$unset", ended_at);
  }
  return statement(row, std::move(query), change);
}

}  // namespace parley::store::mongo
