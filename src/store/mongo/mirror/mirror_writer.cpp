#include "store/mongo/mirror/mirror_writer.hpp"

#include <algorithm>
#include <iterator>
#include <string>

#include "base/limits.hpp"
#include "domain/error_code.hpp"
#include "domain/session.hpp"
#include "store/mongo/documents/session_document.hpp"
#include "store/mongo/log/log_view.hpp"

namespace parley::store::mongo {

namespace {

const Document& by_place() {
  static const Document sort = ascending({"at"});
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

Result<bool> MirrorWriter::range(Client& client, std::int64_t& at, std::int64_t up_to) {
  if (at >= up_to) return false;
  const FindOptions options{.reading = Reading::newest,
                            .sort = &by_place(),
                            .hint = &by_place(),
                            .limit = limits::mongo_mirror_documents_max,
                            .bytes_max = limits::mongo_mirror_bytes_max};
  const auto found = client.find(collection::log, range_of("at", at + 1, up_to), options);
  if (!found) return std::unexpected(to_error(found.error()));
  if (auto mirrored = documents(client, *found); !mirrored) return std::unexpected(mirrored.error());
  if (!found->empty()) at = Fields(found->back()).integer("at").value_or(at);
  return options.is_full(*found);
}

Result<std::vector<MirrorWriter::Found>> MirrorWriter::at_places(Client& client, std::span<const std::int64_t> places) {
  const auto found = client.find(collection::log, one_of("at", places), {.reading = Reading::newest, .hint = &by_place()});
  if (!found) return std::unexpected(to_error(found.error()));
  if (auto mirrored = documents(client, *found); !mirrored) return std::unexpected(mirrored.error());
  std::vector<Found> there;
  for (const Document& document : *found) {
    const Fields fields(document);
    there.push_back({fields.integer("at").value_or(0), session_of(fields.integer("_id").value_or(0))});
  }
  return there;
}

Result<void> MirrorWriter::documents(Client& client, const std::vector<Document>& documents) {
  if (documents.empty()) return {};
  const auto projection = projection_of(client, documents);
  if (!projection) return std::unexpected(projection.error());
  if (auto written = write(client, *projection); !written) return written;
  mirrored_ += documents.size();
  return {};
}

Result<Projection> MirrorWriter::projection_of(Client& client, const std::vector<Document>& documents) {
  Projection projection;
  LogView view(client, state_);
  for (const Document& found : documents) {
    const auto document = decode_log_document(found);
    if (!document) {  // health reports it when the entry is read; mirror the others
      logs_.write(LogLevel::error, "store", "a document of the log cannot be mirrored", {{"damage", document.error().detail}});
      continue;
    }
    const auto session = session_id_of(client, document->session);
    if (!session) return std::unexpected(session.error());
    if (!*session) continue;  // its first document is missing: readers report this damage
    const auto sender_at = [&](std::uint32_t seq) -> Result<UserId> {
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

Result<void> MirrorWriter::write(Client& client, const Projection& projection) {
  const auto update = [&](std::string_view collection, const std::vector<Document>& updates) -> Result<void> {
    return updates.empty() ? Result<void>() : accept(client.update(collection, updates), collection);
  };
  if (auto done = update(collection::sessions, projection.new_sessions); !done) return done;
  if (auto done = update(collection::sessions, projection.changed_sessions); !done) return done;
  if (auto done = find_foreign_writes(client, projection); !done) return done;
  if (!projection.messages.empty())
    if (auto done = accept(client.insert(collection::chat, projection.messages), collection::chat); !done) return done;
  if (auto done = update(collection::chat, projection.adopted); !done) return done;
  if (auto done = take_out_erased(client, projection); !done) return done;
  if (!projection.removed.empty())
    if (auto done = accept(client.remove(collection::chat, projection.removed), collection::chat); !done) return done;
  if (projection.audits.empty()) return {};
  return accept(client.insert(collection::audits, projection.audits), collection::audits);
}

// Updates that match nothing are normal here: the committer of the entry has already written the row.
Result<void> MirrorWriter::find_foreign_writes(Client& client, const Projection& projection) {
  if (projection.changed.empty()) return {};
  static const Document session_id = ascending({"sessionId"});
  Array ids;
  for (const SessionId& session : projection.changed) ids.text(session.to_string());
  Document any;
  any.array("$in", ids.as_document());
  Document filter;
  filter.document("sessionId", any);
  require_foreign_write(filter);
  const auto found = client.find(collection::sessions, filter, {.projection = &session_id});
  if (!found) return std::unexpected(to_error(found.error()));
  for (const Document& each : *found)
    if (const auto id = SessionId::parse(Fields(each).text("sessionId").value_or(std::string_view()))) look_(*id);
  return {};
}

Result<void> MirrorWriter::take_out_erased(Client& client, const Projection& projection) {
  if (projection.message_logs.empty()) return {};
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

/// A document that exists already was mirrored before. If a validator or unique index
/// of the operator refuses a document, this is logged and the document is left out.
Result<void> MirrorWriter::accept(const Outcome<WriteResult>& result, std::string_view collection) {
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

Result<std::optional<SessionId>> MirrorWriter::session_id_of(Client& client, SessionNumber number) {
  if (const SessionId* known = sessions_.use(number)) return *known;
  const auto bytes = LogView(client, state_).row(number);
  if (!bytes) return std::unexpected(bytes.error());
  if (!*bytes) return std::optional<SessionId>{};
  const auto row = domain::decode_session_row(**bytes);
  if (!row) {
    logs_.write(LogLevel::error, "store", "a session row of the log cannot be read", {{"damage", row.error().detail}});
    return std::optional<SessionId>{};
  }
  sessions_.try_put(number, row->id);
  return row->id;
}

}  // namespace parley::store::mongo
