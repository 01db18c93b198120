// Writes domain values as the JSON of the contract (docs/api-contract.md §3).
#pragma once

#include <string>

#include "api/ice_servers.hpp"
#include "base/json_writer.hpp"
#include "base/result.hpp"
#include "domain/views.hpp"

namespace parley::api {

/// Ids as JSON strings, escaped.
void write_id(JsonWriter& writer, const ObjectId& id);
/// The server itself is written as 24 zeros. Existing clients rely on it.
void write_id(JsonWriter& writer, const UserId& id);
void write_id(JsonWriter& writer, const SessionId& id);
/// `42.9f86d081884c7d65` as a JSON string.
void write_position(JsonWriter& writer, const domain::Position& position);
/// `<iso>` as a JSON string.
void write_time(JsonWriter& writer, Timestamp time);

/// {"_id":…,"email":…,"role":…,"name":…}; unknown members are omitted.
void write_user(JsonWriter& writer, const domain::User& user);
/// HTTP: doctorId and patientId as UserRef. Socket acks: as plain ids.
enum class SessionForm { populated, plain };
void write_session(JsonWriter& writer, const domain::SessionView& session, SessionForm form);
/// [{"userId":…,"role":…}…]
void write_participants(JsonWriter& writer, const std::vector<domain::Participant>& participants);
/// [{"userId":…,"role":…,"sockets":…}…]
void write_members(JsonWriter& writer, const std::vector<domain::RoomMember>& members);
/// ChatMessage: `_id`, senderId as UserRef, `__v`. Adds seq, position, and clientMessageId if the sender gave one. A deleted message has
/// `deleted: true` and no `message`.
void write_chat_message(JsonWriter& writer, const domain::MessageView& message);
/// ChatEvent: `id`, senderId as string. Adds seq, position, clientMessageId if the sender gave one, and `prev` if it is not 0.
void write_chat_event(JsonWriter& writer, const domain::MessageView& message, std::uint32_t prev = 0);
/// Writes the members of a ChatEvent into an object that is already open.
void write_chat_event_members(JsonWriter& writer, const domain::MessageView& message);
void write_page(JsonWriter& writer, const domain::PageView& page);
void write_stats(JsonWriter& writer, const domain::StatsView& stats);
/// {"message":…,"code":…,"retryAfter":… seconds, rounded up}
void write_error(JsonWriter& writer, const Error& error);
/// Milliseconds as whole seconds for `retryAfter` and `Retry-After`: rounded up, 0 for 0.
[[nodiscard]] std::int64_t retry_after_seconds(std::int64_t retry_after_ms);

}  // namespace parley::api
