#include "api/answer.hpp"

#include <algorithm>

#include "domain/error_code.hpp"

namespace parley::api {
namespace {

using domain::MessageView;
using domain::SessionView;
using domain::User;

void write_participant_of(JsonWriter& writer, const SessionView& session, std::size_t index, SessionForm form) {
  if (index >= session.row.participants.size()) {
    writer.null();
    return;
  }
  const UserId& id = session.row.participants[index].user;
  if (form == SessionForm::plain) {
    write_id(writer, id);
    return;
  }
  if (std::ranges::find(session.users_gone, id) != session.users_gone.end()) {
    writer.null();
    return;
  }
  const auto known = std::ranges::find(session.users, id, &User::id);
  write_user(writer, known == session.users.end() ? User{.id = id, .role = {}, .email = {}, .name = {}} : *known);
}

void write_metadata(JsonWriter& writer, const SessionView& session) {
  writer.begin_object().key("appointmentId");
  if (session.row.appointment)
    write_id(writer, *session.row.appointment);
  else
    writer.null();
  writer.key("participantCount").integer(session.participant_count);
  writer.key("duration").integer(session.row.duration_seconds()).end_object();
}

void write_text_or_deleted(JsonWriter& writer, const MessageView& message) {
  if (message.presence == MessageView::Presence::live)
    writer.member("message", message.text);
  else
    writer.key("deleted").boolean(true);
}

void write_place(JsonWriter& writer, const MessageView& message) {
  writer.key("seq").integer(message.position.seq);
  writer.key("position");
  write_position(writer, message.position);
  if (!message.client_message_id.empty()) writer.member("clientMessageId", message.client_message_id);
}

void write_role_statistics(JsonWriter& writer, const domain::RoleCounter& counter) {
  const auto average = static_cast<double>(counter.live_code_points) / static_cast<double>(counter.live_texts);
  writer.begin_object().member("_id", counter.role.name);
  writer.key("messageCount").integer(static_cast<std::int64_t>(counter.live_texts));
  writer.key("avgMessageLength").number(average).end_object();
}

}  // namespace

void write_id(JsonWriter& writer, const ObjectId& id) {
  writer.plain_string([&id](std::string& out) { id.append_to(out); });
}

void write_id(JsonWriter& writer, const SessionId& id) {
  writer.string(id.text());
}

void write_id(JsonWriter& writer, const UserId& id) {
  if (id.empty()) return write_id(writer, ObjectId{});
  writer.string(id.text());
}

void write_position(JsonWriter& writer, const domain::Position& position) {
  writer.plain_string([&position](std::string& out) { position.append_to(out); });
}

void write_time(JsonWriter& writer, Timestamp time) {
  writer.plain_string([time](std::string& out) { append_iso8601(out, time); });
}

void write_user(JsonWriter& writer, const User& user) {
  writer.begin_object().key("_id");
  write_id(writer, user.id);
  if (!user.email.empty()) writer.member("email", user.email);
  if (!user.role.name.empty()) writer.member("role", user.role.name);
  if (!user.name.empty()) writer.member("name", user.name);
  writer.end_object();
}

void write_session(JsonWriter& writer, const SessionView& session, SessionForm form) {
  const domain::SessionRow& row = session.row;
  writer.begin_object().key("sessionId");
  write_id(writer, row.id);
  writer.key("doctorId");
  write_participant_of(writer, session, 0, form);
  writer.key("patientId");
  write_participant_of(writer, session, 1, form);
  writer.member("status", domain::name_of(row.status));
  writer.key("metadata");
  write_metadata(writer, session);
  writer.key("_id");
  write_id(writer, row.object_id);
  writer.key("createdAt");
  write_time(writer, row.created_at);
  writer.key("__v").integer(0);
  if (row.started_at) {
    writer.key("startedAt");
    write_time(writer, *row.started_at);
  }
  if (row.ended_at) {
    writer.key("endedAt");
    write_time(writer, *row.ended_at);
  }
  writer.end_object();
}

void write_participants(JsonWriter& writer, const std::vector<domain::Participant>& participants) {
  writer.begin_array();
  for (const domain::Participant& participant : participants) {
    writer.begin_object().key("userId");
    write_id(writer, participant.user);
    writer.member("role", participant.role.name).end_object();
  }
  writer.end_array();
}

void write_members(JsonWriter& writer, const std::vector<domain::RoomMember>& members) {
  writer.begin_array();
  for (const domain::RoomMember& member : members) {
    writer.begin_object().key("userId");
    write_id(writer, member.user);
    writer.member("role", member.role.name).key("sockets").integer(member.sockets).end_object();
  }
  writer.end_array();
}

void write_chat_message(JsonWriter& writer, const MessageView& message) {
  writer.begin_object().key("_id");
  write_id(writer, message.id);
  writer.key("sessionId");
  write_id(writer, message.session);
  writer.key("senderId");
  if (message.sender_is == MessageView::Sender::gone)
    writer.null();
  else
    write_user(writer, message.sender);
  writer.member("senderRole", message.sender_role.name);
  write_text_or_deleted(writer, message);
  writer.member("messageType", domain::name_of(message.type)).key("timestamp");
  write_time(writer, message.timestamp);
  writer.key("__v").integer(0);
  write_place(writer, message);
  writer.end_object();
}

void write_chat_event(JsonWriter& writer, const MessageView& message, std::uint32_t prev) {
  writer.begin_object();
  write_chat_event_members(writer, message);
  if (prev != 0) writer.key("prev").integer(prev);
  writer.end_object();
}

void write_chat_event_members(JsonWriter& writer, const MessageView& message) {
  writer.key("id");
  write_id(writer, message.id);
  writer.key("sessionId");
  write_id(writer, message.session);
  writer.key("senderId");
  write_id(writer, message.sender.id);
  writer.member("senderRole", message.sender_role.name);
  write_text_or_deleted(writer, message);
  writer.key("timestamp");
  write_time(writer, message.timestamp);
  writer.member("messageType", domain::name_of(message.type));
  write_place(writer, message);
}

void write_page(JsonWriter& writer, const domain::PageView& page) {
  writer.begin_object().key("messages").begin_array();
  for (const MessageView& message : page.messages) write_chat_message(writer, message);
  writer.end_array().key("pagination").begin_object();
  writer.key("currentPage").integer(static_cast<std::int64_t>(page.current_page));
  writer.key("totalPages").integer(static_cast<std::int64_t>(page.total_pages));
  writer.key("totalMessages").integer(static_cast<std::int64_t>(page.total_messages));
  writer.key("hasMore").boolean(page.has_more);
  writer.end_object().end_object();
}

void write_stats(JsonWriter& writer, const domain::StatsView& stats) {
  writer.begin_object().key("sessionId");
  write_id(writer, stats.session);
  writer.key("totalMessages").integer(static_cast<std::int64_t>(stats.total_messages)).key("messagesByRole").begin_array();
  for (const domain::RoleCounter& counter : stats.roles) write_role_statistics(writer, counter);
  writer.end_array();
  std::int64_t duration_seconds = 0;
  if (stats.first_message_at && stats.last_message_at) {
    writer.key("firstMessageAt");
    write_time(writer, *stats.first_message_at);
    writer.key("lastMessageAt");
    write_time(writer, *stats.last_message_at);
    duration_seconds = std::chrono::floor<std::chrono::seconds>(*stats.last_message_at - *stats.first_message_at).count();
  }
  writer.key("chatDuration").integer(duration_seconds).end_object();
}

void write_error(JsonWriter& writer, const Error& error) {
  writer.begin_object().member("message", error.message).member("code", error_row(error.code).name);
  if (error.retry_after_ms > 0) writer.key("retryAfter").integer(retry_after_seconds(error.retry_after_ms));
  writer.end_object();
}

std::int64_t retry_after_seconds(std::int64_t retry_after_ms) {
  return retry_after_ms <= 0 ? 0 : (retry_after_ms + 999) / 1000;
}

}  // namespace parley::api
