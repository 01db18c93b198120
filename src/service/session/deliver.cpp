#include "service/session/deliver.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "api/answer.hpp"
#include "base/containers/scratch_text.hpp"
#include "domain/extensions.hpp"
#include "service/session/session_shard.hpp"
#include "service/session/session_state.hpp"

namespace parley::service {
namespace {

constexpr std::string_view chat_namespace = "/";

/// Sends the event to every member for which `hears(member)` is true. Returns their number.
template <typename Hears>
std::uint64_t tell(SessionShard& shard, SessionState& session, OutgoingEvent event, Hears hears) {
  protocol::socketio::PacketPtr packet;
  std::uint64_t told = 0;
  for (const Member& member : session.members) {
    if (!hears(member)) continue;
    if (!packet) packet = protocol::socketio::encode_event(chat_namespace, name_of(event.event), event.argument_json);
    shard.outbox().send(member.connection->loop_index, member.connection->peer, packet);
    ++told;
  }
  count(shard.context().counters.messages_delivered, told);
  return told;
}

/// `{"sessionId":…,"<name>":…}`.
std::string by_whom_json(const SessionId& session, std::string_view name, const UserId& user) {
  std::string json;
  JsonWriter writer(json);
  writer.begin_object().key("sessionId");
  api::write_id(writer, session);
  writer.key(name);
  api::write_id(writer, user);
  writer.end_object();
  return json;
}

/// Sends an event about an entry of the log.
void tell_of_entry(SessionShard& shard, SessionState& session, std::uint32_t seq, OutgoingEvent event) {
  tell(shard, session, event, [seq](const Member& member) { return seq > member.hears_after; });
}

void deliver_stored(SessionShard& shard, SessionState& session, const StoredText& text) {
  deliver_text(shard, session, message_view(session.id(), text, {}));
}

}  // namespace

std::uint64_t tell_room(SessionShard& shard, SessionState& session, OutgoingEvent event, std::uint64_t except) {
  return tell(shard, session, event, [except](const Member& member) { return member.connection->id != except; });
}

void deliver_text(SessionShard& shard, SessionState& session, const domain::MessageView& message) {
  const std::uint32_t prev = std::exchange(session.emitted_seq, message.position.seq);
  if (session.members.empty()) return;
  ScratchText json;
  JsonWriter writer(json.text());
  api::write_chat_event(writer, message, prev);
  tell_of_entry(shard, session, message.position.seq, {ServerEvent::chat_message, json.text()});
}

void deliver_deletion(SessionShard& shard, SessionState& session, const Deletion& deletion) {
  const std::uint32_t prev = std::exchange(session.emitted_seq, deletion.seq);
  std::string json;
  JsonWriter writer(json);
  writer.begin_object().key("id");
  api::write_id(writer, deletion.message);
  writer.key("sessionId");
  api::write_id(writer, session.id());
  writer.key("seq").integer(deletion.seq).key("deletedBy");
  api::write_id(writer, deletion.deleted_by);
  writer.key("timestamp");
  api::write_time(writer, deletion.timestamp);
  if (prev != 0) writer.key("prev").integer(prev);
  writer.end_object();
  tell_of_entry(shard, session, deletion.seq, {ServerEvent::chat_message_deleted, json});
}

void deliver_end(SessionShard& shard, SessionState& session, const UserId& ended_by, std::uint32_t seq) {
  tell_of_entry(shard, session, seq, {ServerEvent::session_ended, by_whom_json(session.id(), "endedBy", ended_by)});
}

void deliver_reopened(SessionShard& shard, SessionState& session, const UserId& reopened_by, std::uint32_t seq) {
  tell_of_entry(shard, session, seq, {ServerEvent::session_reopened, by_whom_json(session.id(), "reopenedBy", reopened_by)});
}

void deliver_foreign(SessionShard& shard, SessionState& session, domain::Entry entry) {
  const domain::Core core = entry.core;
  const StoredText* text = session.apply(std::move(entry));
  if (text != nullptr && text->live()) deliver_stored(shard, session, *text);
  if (core.kind == domain::EntryKind::ended) deliver_end(shard, session, core.sender, core.seq);
  if (core.kind == domain::EntryKind::reopened) deliver_reopened(shard, session, core.sender, core.seq);
  if (core.kind != domain::EntryKind::deleted) return;
  if (const auto target = domain::read_target_id(core)) {
    deliver_deletion(shard, session, {*target, core.sender, core.seq, core.timestamp});
  }
}

void deliver_since(SessionShard& shard, SessionState& session, std::uint32_t seq) {
  const std::uint32_t last_seq = std::exchange(session.emitted_seq, seq);
  for (const StoredText& text : session.texts.texts()) {
    if (text.seq() > seq && text.live()) deliver_stored(shard, session, text);
  }
  session.emitted_seq = last_seq;  // a deletion that was not sent leaves a gap, which clients see in the next `prev`
}

}  // namespace parley::service
