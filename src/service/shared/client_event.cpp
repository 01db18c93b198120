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
    {"duplicate", &schemas::yes, "The same two people have this session already, under the chosen id. The answer shows it as it is now.",
     api::Presence::rare}};
constexpr api::Member create_refusal[] = {{"sessionId", &schemas::session_id, "The existing session that conflicts.", api::Presence::rare}};
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
                                    {"resume", &schemas::resume, "With `after`: the entries after that position.", api::Presence::rare}};
constexpr api::Member join_refusal[] = {{"resume", &schemas::resume, "With `after`, if the session has ended.", api::Presence::rare},
                                        {"sessionId", &schemas::session_id, "The existing session that conflicts.", api::Presence::rare}};
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
    {"duplicate", &schemas::yes, "The key was used before. This is the message that was stored then.", api::Presence::rare}};
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

constexpr api::Member signal_ack[] = {
    {"delivered", &schemas::count, "The number of sockets that were sent the signal; 0: nobody else is in the room."}};

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
    "The server relays the payload unchanged to the others in the room, and records it for 30 days. The ack has the number of sockets "
    "that were sent it. The JSON of the payload has at most 65,536 bytes. Rates are limited for each user and kind in windows of 60 s. "
    "The limits are halved while more than 80 % of all connections are in use.";

}  // namespace

namespace events {

constinit const ClientEvent create_session = documented({
    .name = "create-session",
    .summary = "Create a session with a patient",
    .about = "For doctors. The rules of POST /api/sessions/create apply.",
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
        "The others receive `user-joined`. The first join makes the session `active`. A repeated join changes nothing, and nobody is "
        "notified. With `after`, the ack has the entries of the log after that position. While it has `more`, the server holds back live "
        "events that are in the log: emit `entries` until an answer has no `more`. If the session has ended, the refusal has `resume` "
        "too. On a server where a join may reopen sessions, the join reopens it instead.",
    .payload = join_payload,
    .ack = join_ack,
    .refusal = join_refusal,
    .refusals = join_refusals,
    .work = api::Work::writes,
});

constinit const ClientEvent entries = documented({
    .name = "entries",
    .summary = "The log of a session by position",
    .about = "At most 200 entries or 256 KiB. The cost is the same at any depth. Works after the end of the session too.",
    .payload = entries_payload,
    .ack = schemas::entries_answer_members,
    .refusals = entries_refusals,
    .work = api::Work::reads,
});

constinit const ClientEvent chat_message = documented({
    .name = "chat-message",
    .summary = "Send a message",
    .about = "The ack is sent once the message is durable. Then everyone in the room, the sender included, receives `chat-message`. The "
             "sender must be a participant but need not have joined.",
    .payload = chat_payload,
    .ack = chat_ack,
    .refused_by = RefusedBy::ack_and_error_event,
    .refusals = chat_refusals,
    .work = api::Work::writes,
});

constinit const ClientEvent end_session = documented({
    .name = "end-session",
    .summary = "End a session",
    .about = "The room receives `session-ended`. The server ends the session even if the socket closes before the answer.",
    .payload = end_payload,
    .refused_by = RefusedBy::ack_and_error_event,
    .refusals = end_refusals,
    .work = api::Work::writes,
});

constinit const ClientEvent reopen_session = documented({
    .name = "reopen-session",
    .summary = "Open an ended session again",
    .about = "For its creator and admins. The rules of POST /api/sessions/:sessionId/reopen apply. The room receives `session-reopened`.",
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
    .summary = "Send an ICE candidate",
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
    .summary = "Send a signalling message of any kind",
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
