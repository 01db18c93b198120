// The schemas of docs/api-contract.md §3 to §6, for /openapi.json and /asyncapi.json: the JSON that request.hpp reads and answer.hpp
// writes. Handlers read the members in `members` by name; the other schemas describe answers.
#pragma once

#include "api/schema.hpp"
#include "base/limits.hpp"

namespace parley::api::schemas {

// ---- Small values ----------------------------------------------------------------------------------------------------------

inline constexpr Schema any{.about = "Any JSON.", .example = R"({"any":"JSON"})"};
inline constexpr Schema text{.keywords = R"("type":"string")", .example = R"("text")"};
inline constexpr Schema count{.keywords = R"("type":"integer","minimum":0)", .example = "2"};
inline constexpr Schema number{.keywords = R"("type":"number")", .example = "12.5"};
inline constexpr Schema yes{.keywords = R"("type":"boolean","const":true)", .example = "true"};
inline constexpr Schema no{.keywords = R"("type":"boolean","const":false)", .example = "false"};
inline constexpr Schema boolean{.keywords = R"("type":"boolean")", .example = "false"};
inline constexpr Schema version{.keywords = R"("type":"integer","const":0)", .example = "0"};
inline constexpr Schema seconds{.about = "Whole seconds.", .keywords = R"("type":"integer","minimum":0)", .example = "42"};
inline constexpr std::string_view id_keywords = R"("type":"string","pattern":"^[^\\u0000-\\u001f\\u007f-\\u009f]+$","minLength":1)";
inline constexpr Schema session_id{
    .about = "1 to 64 bytes of UTF-8 without control characters. In a path it is percent-encoded. Ids that the server makes are UUIDs.",
    .keywords = id_keywords,
    .example = R"("3f2b8a54-6c1d-4e0f-9a7b-5d8e1c2f4a60")",
    .length_max = limits::id_bytes_max};
inline constexpr Schema user_id{
    .about =
        "1 to 64 bytes of UTF-8 without control characters. 24 hexadecimal digits may have either case; answers have lower case.",
    .keywords = id_keywords,
    .example = R"("65f000000000000000000001")",
    .length_max = limits::id_bytes_max};
inline constexpr Schema oid{.keywords = R"("type":"string","pattern":"^[0-9a-f]{24}$")", .example = R"("65f000000000000000000001")"};
inline constexpr Schema given_oid{.keywords = R"("type":"string","pattern":"^[0-9a-fA-F]{24}$")",
                                  .example = R"("65f000000000000000000002")"};
inline constexpr Schema null{.keywords = R"("type":"null")", .example = "null"};
inline constexpr Schema time{
    .about = "UTC, always with three decimals.",
    .keywords = R"("type":"string","format":"date-time","pattern":"^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z$")",
    .example = R"("2026-03-01T09:30:00.000Z")"};
inline constexpr Schema role{
    .keywords = R"("type":"string","minLength":1)", .example = R"("doctor")", .length_max = limits::role_bytes_max};
inline constexpr Schema seq{.about = "Dense per session: 1, 2, 3, …", .keywords = R"("type":"integer","minimum":1)", .example = "42"};
inline constexpr Schema position{
    .name = "Position",
    .about = "A place in the log of a session: `seq`, a dot, and 16 digits that prove which history it belongs to.",
    .keywords = R"("type":"string","pattern":"^\\d+\\.[0-9a-f]{16}$")",
    .example = R"("42.9f86d081884c7d65")"};
/// The values that ECMAScript calls falsy. The contract treats them as not given.
inline constexpr Schema not_given{
    .name = "NotGiven", .about = "Counts as not given.", .keywords = R"("enum":[null,false,0,""])", .example = "null"};

/// The same rule in a form.
inline constexpr Schema empty{.about = "Counts as not given.", .keywords = R"("const":"")", .example = R"("")"};

// ---- People, sessions, messages (§3) ---------------------------------------------------------------------------------------

inline constexpr Member user_ref_members[] = {{"_id", &user_id},
                                              {"email", &text, {}, Presence::optional},
                                              {"role", &role, {}, Presence::optional},
                                              {"name", &text, {}, Presence::optional}};
inline constexpr Schema user_ref{
    .name = "UserRef",
    .about = "A user. Unknown members are left out.",
    .example = R"({"_id":"65f000000000000000000001","email":"ada@example.org","role":"doctor","name":"Dr. Ada Byron"})",
    .members = user_ref_members};
inline constexpr const Schema* user_ref_or_null_forms[] = {&user_ref, &null};
inline constexpr Schema user_ref_or_null{.about = "null: the user no longer exists.", .any_of = user_ref_or_null_forms};

inline constexpr Schema status{.keywords = R"("type":"string","enum":["created","active","ended"])", .example = R"("active")"};
inline constexpr const Schema* appointment_forms[] = {&oid, &null};
inline constexpr Schema appointment{.any_of = appointment_forms};
inline constexpr Member metadata_members[] = {{"appointmentId", &appointment},
                                              {"participantCount", &count, "Sockets that joined and are connected now."},
                                              {"duration", &seconds, "Whole seconds from the start to the end, and from each reopening to the end after it; 0 before the first end."}};
inline constexpr Schema metadata{.name = "SessionMetadata", .members = metadata_members};

inline constexpr Member session_members[] = {{"sessionId", &session_id},
                                             {"doctorId", &user_ref_or_null},
                                             {"patientId", &user_ref_or_null},
                                             {"status", &status},
                                             {"metadata", &metadata},
                                             {"_id", &oid},
                                             {"createdAt", &time},
                                             {"__v", &version},
                                             {"startedAt", &time, "Present after the first join.", Presence::optional},
                                             {"endedAt", &time, "Present after the end.", Presence::rare}};
inline constexpr Schema session{.name = "Session", .about = "A session with its people.", .members = session_members};
inline constexpr Schema sessions{.items = &session};

inline constexpr Member plain_session_members[] = {{"sessionId", &session_id},
                                                   {"doctorId", &user_id},
                                                   {"patientId", &user_id},
                                                   {"status", &status},
                                                   {"metadata", &metadata},
                                                   {"_id", &oid},
                                                   {"createdAt", &time},
                                                   {"__v", &version},
                                                   {"startedAt", &time, {}, Presence::optional},
                                                   {"endedAt", &time, {}, Presence::rare}};
inline constexpr Schema plain_session{
    .name = "PlainSession", .about = "A session as sockets receive it: users are plain ids.", .members = plain_session_members};

inline constexpr Schema message_text{.keywords = R"("type":"string")", .example = R"("How is the new dose?")"};
inline constexpr Schema message_type{.keywords = R"("type":"string","enum":["text","system"])", .example = R"("text")"};
inline constexpr Schema given_key{
    .keywords = R"("type":"string","minLength":1)", .example = R"("b7f6c1a2-0001")", .length_max = limits::client_message_id_bytes_max};
inline constexpr Member message_deleted{"deleted", &yes, "The message was deleted later; its text is gone.", Presence::rare};

inline constexpr Member chat_message_members[] = {{"_id", &oid},
                                                  {"sessionId", &session_id},
                                                  {"senderId", &user_ref_or_null},
                                                  {"senderRole", &role, "The sender's role in the session."},
                                                  {"message", &message_text, "Left out when `deleted`.", Presence::optional},
                                                  message_deleted,
                                                  {"messageType", &message_type},
                                                  {"timestamp", &time},
                                                  {"__v", &version},
                                                  {"seq", &seq},
                                                  {"position", &position},
                                                  {"clientMessageId", &given_key, "As the sender gave it.", Presence::optional}};
inline constexpr Schema chat_message{.name = "ChatMessage", .about = "A stored message, over HTTP.", .members = chat_message_members};
inline constexpr Schema chat_messages{.about = "Oldest first.", .items = &chat_message};

inline constexpr Member chat_event_members[] = {
    {"id", &oid, "The `_id` of the ChatMessage."},
    {"sessionId", &session_id},
    {"senderId", &user_id},
    {"senderRole", &role, "The sender's role in the session."},
    {"message", &message_text, "Left out when `deleted`.", Presence::optional},
    message_deleted,
    {"timestamp", &time},
    {"messageType", &message_type},
    {"seq", &seq},
    {"position", &position},
    {"clientMessageId", &given_key, "As the sender gave it.", Presence::optional},
    {"prev", &seq, "The `seq` that the room received before this one, so that a client notices a gap.", Presence::optional}};
inline constexpr Schema chat_event{.name = "ChatEvent", .about = "A stored message, over a socket.", .members = chat_event_members};

inline constexpr Member pagination_members[] = {
    {"currentPage", &count}, {"totalPages", &count}, {"totalMessages", &count}, {"hasMore", &boolean}};
inline constexpr Schema pagination{.name = "Pagination",
                                   .about = "The page, its size and the totals; with `before`, of the messages before that time.",
                                   .example = R"({"currentPage":1,"totalPages":1,"totalMessages":2,"hasMore":false})",
                                   .members = pagination_members};

inline constexpr Member role_counts_members[] = {
    {"_id", &role}, {"messageCount", &count}, {"avgMessageLength", &number, "In Unicode code points."}};
inline constexpr Schema role_counts{.name = "RoleCounts", .members = role_counts_members};
inline constexpr Schema counts_by_role{.about = "`doctor` before `patient`.", .items = &role_counts};

// ---- Calls (§3, §5.4) ------------------------------------------------------------------------------------------------------

inline constexpr Member ice_server_members[] = {{"urls", &text},
                                                {"username", &text, "Of TURN: `<unix seconds>:<name>`.", Presence::optional},
                                                {"credential", &text, {}, Presence::optional}};
inline constexpr Schema ice_server{.name = "IceServer",
                                   .about = "STUN, or TURN with credentials: they expire after a day unless the server gives fixed ones.",
                                   .example = R"({"urls":"stun:stun.l.google.com:19302"})",
                                   .members = ice_server_members};
inline constexpr Schema ice_servers{.items = &ice_server};

inline constexpr Member participant_members[] = {{"userId", &user_id}, {"role", &role}};
inline constexpr Schema participant{.name = "Participant", .members = participant_members};
inline constexpr Schema participants{.items = &participant};

inline constexpr Member room_member_members[] = {{"userId", &user_id}, {"role", &role}, {"sockets", &count, "Sockets of this user."}};
inline constexpr Schema room_member{.name = "RoomMember", .members = room_member_members};
inline constexpr Schema room_members{.items = &room_member};

inline constexpr Schema signal_type{.keywords = R"("type":"string","enum":["offer","answer","ice-candidate","chat","join","leave"])",
                                    .example = R"("ice-candidate")"};
inline constexpr Member signal_origin_members[] = {
    {"userAgent", &text, {}, Presence::optional}, {"ipAddress", &text}, {"connectionId", &text}};
inline constexpr Schema signal_origin{
    .name = "SignalOrigin",
    .example = R"({"userAgent":"Mozilla/5.0","ipAddress":"192.0.2.7","connectionId":"pYIl0YcZsYDZ3kPlAAAB"})",
    .members = signal_origin_members};
inline constexpr Member signal_record_members[] = {{"_id", &oid},
                                                   {"sessionId", &session_id},
                                                   {"senderId", &user_ref_or_null},
                                                   {"messageType", &signal_type},
                                                   {"payload", &any, "As it was sent.", Presence::optional},
                                                   {"timestamp", &time},
                                                   {"metadata", &signal_origin},
                                                   {"__v", &version}};
inline constexpr Schema signal_record{.name = "SignalRecord", .about = "One relayed signalling message.", .members = signal_record_members};
inline constexpr Schema signal_records{.about = "Newest first; kept 30 days.", .items = &signal_record};

inline constexpr Schema offer{
    .name = "Offer",
    .keywords = R"("properties":{"type":{"const":"offer"},"sdp":{"type":"string"}},"type":"object","required":["type","sdp"])",
    .example = R"({"type":"offer","sdp":"v=0\r\n…"})"};
inline constexpr Schema answer{
    .name = "Answer",
    .keywords = R"("properties":{"type":{"const":"answer"},"sdp":{"type":"string"}},"type":"object","required":["type","sdp"])",
    .example = R"({"type":"answer","sdp":"v=0\r\n…"})"};
inline constexpr Schema index{.keywords = R"("type":"number")", .example = "0"};
inline constexpr Schema media_id{.about = "Any JSON.", .example = R"("0")"};
inline constexpr Member candidate_members[] = {{"candidate", &text}, {"sdpMLineIndex", &index}, {"sdpMid", &media_id}};
inline constexpr Schema candidate{
    .name = "IceCandidate",
    .about = "All three keys are present.",
    .example = R"({"candidate":"candidate:1 1 udp 2122260223 192.0.2.7 49203 typ host","sdpMLineIndex":0,"sdpMid":"0"})",
    .members = candidate_members};

// ---- Errors (§1.3, §1.4, ARCHITECTURE.md §10) ------------------------------------------------------------------------------

inline constexpr Schema error_name{
    .about = "The name of the error, for programs.", .keywords = R"("type":"string")", .example = R"("invalid_argument")"};
inline constexpr Member error_members[] = {{"message", &text},
                                           {"code", &error_name, {}, Presence::optional},
                                           {"retryAfter", &seconds, "After this time a retry may succeed.", Presence::rare}};
inline constexpr Schema error{.name = "Error", .members = error_members};
inline constexpr Member framework_error_members[] = {{"success", &no}, {"message", &text}};
inline constexpr Schema framework_error{
    .name = "FrameworkError", .about = "The answer to a request that no handler sees.", .members = framework_error_members};

}  // namespace parley::api::schemas

// Members of requests and events (§4 to §6). Handlers read api::Fields by these names.
namespace parley::api::members {

inline constexpr Member session_id{"sessionId", &schemas::session_id};

/// Not blank after control characters are removed. JSON Schema counts code points; the contract counts UTF-16 code units.
inline constexpr Schema given_message{
    .about =
        "At most @message_length_max@ UTF-16 code units; control characters but tab, newline and return are removed; must not be blank.",
    .keywords =
        R"("type":"string","maxLength":@message_length_max@,"pattern":"[^\\u0000-\\u0020\\u007f\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000\\ufeff]")",
    .example = R"("How is the new dose?")"};
inline constexpr Member message{"message", &given_message};

inline constexpr const Schema* client_message_id_forms[] = {&schemas::given_key, &schemas::not_given};
inline constexpr Schema client_message_id_schema{
    .about = "A key that the client chooses, 1 to 64 bytes. Every send with the same key is the same message.",
    .any_of = client_message_id_forms};
inline constexpr Member client_message_id{"clientMessageId", &client_message_id_schema, {}, Presence::optional};

inline constexpr Member patient_id{"patientId", &schemas::user_id};
inline constexpr const Schema* chosen_session_id_forms[] = {&schemas::session_id, &schemas::not_given};
inline constexpr Schema chosen_session_id_schema{
    .about =
        "The id that the application chooses, such as that of an appointment or a room; without it the server makes one. Creating the "
        "same session again gives that session. Words of routes (`create`, `user`, …), `.` and `..` are reserved.",
    .any_of = chosen_session_id_forms};
inline constexpr Member chosen_session_id{"sessionId", &chosen_session_id_schema, {}, Presence::rare};
inline constexpr const Schema* appointment_id_forms[] = {&schemas::given_oid, &schemas::not_given};
inline constexpr Schema appointment_id_schema{.any_of = appointment_id_forms};
inline constexpr Member appointment_id{"appointmentId", &appointment_id_schema, {}, Presence::optional};

inline constexpr Member offer{"offer", &schemas::offer};
inline constexpr Member answer{"answer", &schemas::answer};
inline constexpr Member candidate{"candidate", &schemas::candidate};
inline constexpr Member signal_type{"type", &schemas::signal_type};
inline constexpr Member payload{"payload", &schemas::any, "For offer, answer and ice-candidate: the shape of their own events.",
                                Presence::optional};

}  // namespace parley::api::members
