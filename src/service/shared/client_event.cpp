#include "service/shared/client_event.hpp"

#include "api/entry_schemas.hpp"

namespace parley::service {

namespace {

using enum ErrorCode;
namespace members = api::members;
namespace schemas = api::schemas;

/// Compilation fails when an event lacks a part that every event needs.
consteval ClientEvent documented(ClientEvent event) {
  const bool has_refusals = !event.refusals.empty();
  if (event.name.empty() || event.summary.empty() || event.payload.empty() || !has_refusals)
    throw "an event needs a name, a summary, a payload and its refusals";
  return event;
}

constexpr api::Member create_payload[] = {members::patient_id, members::appointment_id, members::chosen_session_id};
constexpr api::Member create_ack[] = {
    {"session", &schemas::plain_session},
    {"duplicate", &schemas::yes, "These two have this session already, under the id that was chosen; as it is now.", api::Presence::rare}};
constexpr api::Member create_refusal[] = {{"sessionId", &schemas::session_id, "The session that is in the way.", api::Presence::rare}};
constexpr api::Refusal create_refusals[] = {
    {forbidden, "Only doctors can create sessions"},  api::creations_refusal,
    {invalid_argument, "Patient ID is required"},     {invalid_argument, "Invalid patient ID"},
    {invalid_argument, "Invalid session ID"},         {invalid_argument, "Session ID \"{create}\" is reserved"},
    {invalid_argument, "Invalid appointment ID"},     {already_exists, "Session ID is already in use"},
    {already_exists, "Active session already exists"}};

constexpr api::Member join_payload[] = {members::session_id, members::after, members::entries_limit, members::with_cores};
constexpr api::Member join_ack[] = {{"session", &schemas::plain_session, "As it was before this join."},
                                    {"iceServers", &schemas::ice_servers},
                                    {"participants", &schemas::participants},
                                    {"members", &schemas::room_members, "The other sockets in the room, counted by user."},
                                    {"resume", &schemas::resume, "With `after`: what came after it.", api::Presence::rare}};
constexpr api::Member join_refusal[] = {{"resume", &schemas::resume, "With `after`, of a session that has ended.", api::Presence::rare},
                                        {"sessionId", &schemas::session_id, "The session that is in the way.", api::Presence::rare}};
constexpr api::Refusal join_refusals[] = {api::joins_refusal,
                                          {invalid_argument, "Too many sessions joined"},
                                          api::session_not_found_refusal,
                                          api::stranger_refusal,
                                          {invalid_argument, "Invalid after"},
                                          {invalid_argument, "Invalid limit"},
                                          {invalid_argument, "Invalid core"},
                                          api::has_ended_refusal,
                                          api::reopenings_refusal,
                                          api::active_session_refusal};

constexpr api::Member entries_payload[] = {members::session_id, members::after, members::before, members::entries_limit,
                                           members::with_cores};
constexpr api::Refusal entries_refusals[] = {
    api::entries_rate_refusal,           api::session_not_found_refusal,       api::stranger_refusal,
    {invalid_argument, "Invalid after"}, {invalid_argument, "Invalid before"}, {invalid_argument, "Invalid limit"},
    {invalid_argument, "Invalid core"}};

constexpr api::Member chat_payload[] = {members::session_id, members::message, members::client_message_id};
constexpr api::Member chat_ack[] = {
    {"chatMessage", &schemas::chat_event},
    {"duplicate", &schemas::yes, "This key was used before; it is the message of then.", api::Presence::rare}};
constexpr api::Refusal chat_refusals[] = {{invalid_argument, "Session ID and message are required"},
                                          api::session_not_found_refusal,
                                          api::stranger_refusal,
                                          {invalid_argument, "Invalid clientMessageId"},
                                          {idempotency_conflict, "Another message was sent under this clientMessageId"},
                                          api::has_ended_refusal,
                                          {rate_limited, "Rate limit exceeded for chat messages"},
                                          {invalid_argument, "Message must be a string"},
                                          {invalid_argument, "Message too long (max @message_length_max@ characters)"},
                                          {session_full, "Session is full"}};

constexpr api::Member end_payload[] = {members::session_id};
constexpr api::Refusal end_refusals[] = {
    api::ends_refusal, api::session_not_found_refusal, api::stranger_refusal, {session_ended, "Session is already ended"}};

constexpr api::Refusal too_large_signal_refusal = {invalid_argument, "Signaling message too large"};

constexpr api::Member reopen_payload[] = {members::session_id};
constexpr api::Member reopen_ack[] = {{"session", &schemas::plain_session}};
constexpr api::Refusal reopen_refusals[] = {api::session_not_found_refusal, api::stranger_refusal,  api::not_creator_refusal,
                                            api::reopening_off_refusal,     api::not_ended_refusal, api::reopenings_refusal,
                                            api::active_session_refusal};

constexpr api::Member signal_ack[] = {{"delivered", &schemas::count, "Sockets that were sent it; 0: nobody else is in the room."}};

constexpr api::Member offer_payload[] = {members::session_id, members::offer};
constexpr api::Refusal offer_refusals[] = {{rate_limited, "Rate limit exceeded for offer messages"},
                                           api::session_not_found_refusal,
                                           api::stranger_refusal,
                                           api::has_ended_refusal,
                                           too_large_signal_refusal,
                                           {invalid_argument, "Invalid offer message format"}};

constexpr api::Member answer_payload[] = {members::session_id, members::answer};
constexpr api::Refusal answer_refusals[] = {{rate_limited, "Rate limit exceeded for answer messages"},
                                            api::session_not_found_refusal,
                                            api::stranger_refusal,
                                            api::has_ended_refusal,
                                            too_large_signal_refusal,
                                            {invalid_argument, "Invalid answer message format"}};

constexpr api::Member candidate_payload[] = {members::session_id, members::candidate};
constexpr api::Refusal candidate_refusals[] = {{rate_limited, "Rate limit exceeded for ICE candidate messages"},
                                               api::session_not_found_refusal,
                                               api::stranger_refusal,
                                               api::has_ended_refusal,
                                               too_large_signal_refusal,
                                               {invalid_argument, "Invalid ICE candidate message format"}};

constexpr api::Member signal_payload[] = {members::session_id, members::signal_type, members::payload};
constexpr api::Refusal signal_refusals[] = {api::session_not_found_refusal,
                                            api::stranger_refusal,
                                            api::has_ended_refusal,
                                            {invalid_argument, "Invalid signaling message type: {wave}"},
                                            {rate_limited, "Rate limit exceeded for {join} messages"},
                                            too_large_signal_refusal,
                                            {invalid_argument, "Invalid {offer} message format"}};

constexpr std::string_view about_signals =
    "Handed to the others of the room as it was sent, and recorded for 30 days. An ack says how many sockets were sent it. The JSON "
    "of the payload has at most 65,536 bytes. Limits are per user and kind in windows of 60 s, halved above 80 % of all connections.";

}  // namespace

namespace events {

constinit const ClientEvent create_session = documented({
    .name = "create-session",
    .summary = "Create a session with a patient",
    .about = "For doctors; the rules are those of POST /api/sessions/create.",
    .payload = create_payload,
    .ack = create_ack,
    .refusal = create_refusal,
    .refusals = create_refusals,
    .work = api::Work::writes,
});

constinit const ClientEvent join_session = documented({
    .name = "join-session",
    .summary = "Join the room of a session",
    .about =
        "The others hear `user-joined`. The first join makes the session `active`; a repeated one changes nothing and tells no one. With "
        "`after` the ack carries what is in the log after that place; while it says `more`, the socket hears nothing that is in the "
        "log, asks on with `entries`, and is live from the answer that says no more. When the session has ended, `resume` stands "
        "beside the refusal; on a server that lets joins reopen sessions it is open again instead.",
    .payload = join_payload,
    .ack = join_ack,
    .refusal = join_refusal,
    .refusals = join_refusals,
    .work = api::Work::writes,
});

constinit const ClientEvent entries = documented({
    .name = "entries",
    .summary = "The log of a session by position",
    .about = "At most 200 entries or 256 KiB, at the same cost at any depth. After the end too.",
    .payload = entries_payload,
    .ack = schemas::entries_answer_members,
    .refusals = entries_refusals,
    .work = api::Work::reads,
});

constinit const ClientEvent chat_message = documented({
    .name = "chat-message",
    .summary = "Send a message",
    .about = "Everyone in the room, the sender included, gets `chat-message` once it is durable, and so is the ack sent. Sending needs "
             "participation, not joining.",
    .payload = chat_payload,
    .ack = chat_ack,
    .refused_by = RefusedBy::ack_and_error_event,
    .refusals = chat_refusals,
    .work = api::Work::writes,
});

constinit const ClientEvent end_session = documented({
    .name = "end-session",
    .summary = "End a session",
    .about = "The room hears `session-ended`. It is carried out even when the socket is gone a moment later.",
    .payload = end_payload,
    .refused_by = RefusedBy::ack_and_error_event,
    .refusals = end_refusals,
    .work = api::Work::writes,
});

constinit const ClientEvent reopen_session = documented({
    .name = "reopen-session",
    .summary = "Open an ended session again",
    .about = "For its creator and admins; the rules are those of POST /api/sessions/:sessionId/reopen. The room hears `session-reopened`.",
    .payload = reopen_payload,
    .ack = reopen_ack,
    .refusal = create_refusal,
    .refusals = reopen_refusals,
    .work = api::Work::writes,
});

constinit const ClientEvent webrtc_offer = documented({
    .name = "webrtc-offer",
    .summary = "Offer a call",
    .about = about_signals,
    .payload = offer_payload,
    .relayed = &members::offer,
    .ack = signal_ack,
    .refused_by = RefusedBy::ack_and_error_event,
    .refusals = offer_refusals,
    .work = api::Work::reads,
});

constinit const ClientEvent webrtc_answer = documented({
    .name = "webrtc-answer",
    .summary = "Answer an offer",
    .about = about_signals,
    .payload = answer_payload,
    .relayed = &members::answer,
    .ack = signal_ack,
    .refused_by = RefusedBy::ack_and_error_event,
    .refusals = answer_refusals,
    .work = api::Work::reads,
});

constinit const ClientEvent ice_candidate = documented({
    .name = "ice-candidate",
    .summary = "Hand on an ICE candidate",
    .about = about_signals,
    .payload = candidate_payload,
    .relayed = &members::candidate,
    .ack = signal_ack,
    .refused_by = RefusedBy::ack_and_error_event,
    .refusals = candidate_refusals,
    .work = api::Work::reads,
});

constinit const ClientEvent signaling_message = documented({
    .name = "signaling-message",
    .summary = "Hand on a signalling message of any kind",
    .about = about_signals,
    .payload = signal_payload,
    .relayed = &members::payload,
    .ack = signal_ack,
    .refused_by = RefusedBy::ack_and_error_event,
    .refusals = signal_refusals,
    .work = api::Work::reads,
});

}  // namespace events

}  // namespace parley::service
