#include "service/shared/server_event.hpp"

#include <algorithm>
#include <array>

#include "api/schemas.hpp"

namespace parley::service {

namespace {

using enum ServerEvent;
namespace members = api::members;
namespace schemas = api::schemas;

constexpr api::Member sender_id{"senderId", &schemas::user_id};
constexpr api::Member sender_role{"senderRole", &schemas::role, "The sender's role in the session."};
constexpr api::Member timestamp{"timestamp", &schemas::time};

constexpr api::Member joined[] = {
    {"userId", &schemas::user_id}, {"userRole", &schemas::role}, {"userEmail", &schemas::text, "If it is known.", api::Presence::optional}};
constexpr api::Schema reason{
    .keywords = R"("type":"string","enum":["client namespace disconnect","transport close","transport error","ping timeout",)"
                R"("server namespace disconnect","parse error","server shutting down"])",
    .example = R"("transport close")"};
constexpr api::Member left[] = {{"userId", &schemas::user_id}, {"userRole", &schemas::role}, {"reason", &reason}};
constexpr api::Member offered[] = {members::offer, sender_id, sender_role, timestamp};
constexpr api::Member answered[] = {members::answer, sender_id, sender_role, timestamp};
constexpr api::Member candidate[] = {members::candidate, sender_id, sender_role, timestamp};
constexpr api::Member signalled[] = {members::signal_type,
                                     {"payload", &schemas::any, "As it was sent; left out if there was none.", api::Presence::optional},
                                     sender_id,
                                     sender_role,
                                     timestamp};
constexpr api::Member deleted[] = {{"id", &schemas::oid, "The id of the message."},
                                   {"sessionId", &schemas::session_id},
                                   {"seq", &schemas::seq, "The `seq` of the deletion."},
                                   {"deletedBy", &schemas::user_id},
                                   timestamp,
                                   {"prev", &schemas::seq, "The `seq` that the room received before this one.", api::Presence::optional}};
constexpr api::Member ended[] = {{"sessionId", &schemas::session_id}, {"endedBy", &schemas::user_id}};
constexpr api::Member reopened[] = {{"sessionId", &schemas::session_id}, {"reopenedBy", &schemas::user_id}};
constexpr api::Schema refusal_text{.keywords = R"("type":"string")", .example = R"("Invalid offer message format")"};
constexpr api::Schema signal_event{
    .keywords = R"("type":"string","enum":["webrtc-offer","webrtc-answer","ice-candidate","signaling-message"])",
    .example = R"("webrtc-offer")"};
constexpr api::Member refused[] = {
    {"message", &refusal_text, "One of the texts that are listed with the events of clients."},
    {"type", &signal_event, "The event that was refused. Present for signalling events only.", api::Presence::optional}};

constexpr auto rows = std::to_array<ServerEventRow>({
    {user_joined, "user-joined", "Somebody else joined the room", joined},
    {user_left, "user-left", "A socket that had joined is gone; sent to the others in each of its rooms", left},
    {webrtc_offer, "webrtc-offer", "An offer of somebody else in the room", offered},
    {webrtc_answer, "webrtc-answer", "An answer of somebody else in the room", answered},
    {ice_candidate, "ice-candidate", "An ICE candidate of somebody else in the room", candidate},
    {signaling_message, "signaling-message", "A signalling message of somebody else in the room", signalled},
    {ServerEvent::chat_message, "chat-message", "A message was stored; sent to everyone in the room once it is durable",
     schemas::chat_event.members},
    {chat_message_deleted, "chat-message-deleted", "A message was deleted; sent to everyone in the room", deleted},
    {session_ended, "session-ended", "The session has ended; sent to everyone in the room", ended},
    {session_reopened, "session-reopened", "The ended session is open again; sent to everyone in the room", reopened},
    {ServerEvent::error, "error", "An event was refused; sent to its sender", refused},
});
static_assert(std::ranges::all_of(rows, [](const ServerEventRow& row) {
  return row.event == static_cast<ServerEvent>(&row - rows.data()) && !row.name.empty() && !row.summary.empty() && !row.payload.empty();
}));
static_assert(rows.size() == static_cast<std::size_t>(ServerEvent::error) + 1, "the last of the enumeration is the last of the table");

}  // namespace

std::span<const ServerEventRow> server_events() {
  return rows;
}

std::string_view name_of(ServerEvent event) {
  return rows[static_cast<std::size_t>(event)].name;
}

}  // namespace parley::service
