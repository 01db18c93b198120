#include "store/mongo/mirror/projection.hpp"

#include <string>
#include <utility>

#include "domain/extensions.hpp"
#include "store/mongo/documents/session_document.hpp"
#include "store/mongo/driver/client.hpp"

namespace parley::store::mongo {

namespace {

using domain::Entry;
using domain::EntryKind;

/// The fields of a text, except those that identify its document.
Document message_fields(const Entry& entry, const SessionId& session, Timestamp time) {
  Document made;
  made.text("sessionId", session.to_string())
      .user("senderId", entry.core.sender)
      .text("senderRole", entry.core.sender_role.name)
      .text("message", entry.body->text)
      .date("timestamp", time)
      .text("messageType", domain::name_of(entry.body->message_type))
      .int32("__v", 0);
  return made;
}

/// The document exists already, unless it was lost. Its `seq` shows that it is in the log.
Document adopted_message(const Entry& entry, const SessionId& session, const ObjectId& id, Timestamp time) {
  Document seq;
  seq.int32("seq", static_cast<std::int32_t>(entry.core.seq));
  Document change;
  change.document("$set", seq).document("$setOnInsert", message_fields(entry, session, time));
  Document made = update_of(by_id(id), change);
  made.boolean("upsert", true);
  return made;
}

Result<void> project_text(const Entry& entry, SessionNumber number, const SessionId& session, Projection& into) {
  if (!entry.body) return {};  // deleted since
  const auto id = domain::id_for_clients(entry.core);
  const auto time = domain::time_for_clients(entry.core);
  if (!id || !time) return std::unexpected(id ? time.error() : id.error());
  if ((entry.core.flags & domain::flag_adopted) != 0) {
    into.adopted.push_back(adopted_message(entry, session, *id, *time));
  } else {
    Document made = message_fields(entry, session, *time);
    made.id("_id", *id).int32("seq", static_cast<std::int32_t>(entry.core.seq));
    into.messages.push_back(std::move(made));
  }
  into.message_logs.push_back(log_id(number, entry.core.seq));
  into.message_ids.push_back(*id);
  return {};
}

std::string_view attribute_of(const Entry& entry, std::string_view name) {
  const std::string* value = entry.body ? entry.body->attribute(name) : nullptr;
  return value != nullptr ? std::string_view(*value) : std::string_view();
}

Result<void> project_deletion(const Entry& entry, const SessionId& session, const SenderAt& sender_at, Projection& into) {
  const auto target = domain::read_target_id(entry.core);
  const auto seq = domain::read_target_seq(entry.core);
  if (!target || !seq) return std::unexpected(target ? seq.error() : target.error());
  into.removed.push_back(remove_message(*target));
  if (entry.core.sender.empty()) return {};  // other software deleted it, and keeps its own record
  const auto sender = sender_at(*seq);
  if (!sender) return std::unexpected(sender.error());
  Document details;
  details.text("sessionId", session.to_string()).user("senderId", *sender);
  into.audits.emplace_back()
      .id("_id", entry.core.id)
      .user("actor", entry.core.sender)
      .text("actorEmail", attribute_of(entry, "email"))
      .text("action", "DELETE_CHAT_MESSAGE")
      .text("targetType", "ChatMessage")
      .text("targetId", target->to_string())
      .document("details", details)
      .text("ip", attribute_of(entry, "address"))
      .text("userAgent", attribute_of(entry, "userAgent"))
      .date("createdAt", entry.core.timestamp)
      .int32("__v", 0);
  return {};
}

}  // namespace

Document remove_message(const ObjectId& id) {
  return delete_of(by_id(id));
}

Result<void> project(const StoredDocument& document, const SessionId& session, const SenderAt& sender_at, Projection& into) {
  std::uint32_t seq = document.first;
  for (const Bytes& record : document.records) {
    const auto encoded = domain::decode_record(seq, record);
    if (!encoded) return std::unexpected(encoded.error());
    const auto entry = domain::decode_entry(*encoded);
    if (!entry) return std::unexpected(entry.error());
    if (entry->core.kind == EntryKind::text)
      if (auto done = project_text(*entry, document.session, session, into); !done) return done;
    if (entry->core.kind == EntryKind::deleted)
      if (auto done = project_deletion(*entry, session, sender_at, into); !done) return done;
    ++seq;
  }
  if (document.row.empty()) return {};
  const auto row = domain::decode_session_row(document.row);
  if (!row) return std::unexpected(row.error());
  if (document.first == 1) into.new_sessions.push_back(insert_session(*row));
  into.changed_sessions.push_back(update_session(*row, document.last()));
  into.changed.push_back(row->id);
  return {};
}

}  // namespace parley::store::mongo
