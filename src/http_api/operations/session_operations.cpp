#include "http_api/operations/session_operations.hpp"

namespace parley::http_api {

namespace {

using enum ErrorCode;
namespace schemas = api::schemas;
constexpr std::string_view area = "sessions";

constexpr api::Refusal access_refusals[] = {api::session_not_found_refusal, api::stranger_refusal};

// Lists
constexpr api::Member more_member{"more", &schemas::yes, "There are more sessions after the last one.", api::Presence::rare};
constexpr api::Member before_member{"before", &list_place, "With `more`: the value of `before` for the next request.", api::Presence::rare};
constexpr api::Refusal invalid_before{invalid_argument, "Invalid before"};

// POST /api/sessions/create
constexpr api::Schema created_text{.text = "Session created successfully"};
constexpr api::Member created[] = {
    {"message", &created_text},
    {"session", &schemas::session},
    {"duplicate", &schemas::yes, "The same two people have this session already, under the chosen id. The answer shows it as it is now.",
     api::Presence::rare}};
constexpr api::Schema exists_text{.keywords = R"("type":"string","enum":["Active session already exists","Session ID is already in use"])",
                                  .example = R"("Active session already exists")"};
constexpr api::Schema exists_code{.text = "already_exists"};
constexpr api::Member exists[] = {
    {"message", &exists_text}, {"sessionId", &schemas::session_id, "The existing session that conflicts."}, {"code", &exists_code}};
constexpr AnswerDocument create_answers[] = {
    {201, "The session, with status `created`. With `duplicate`: the session as it is now.", created},
    {409, "Other people have a session under the chosen id, or the two people have a session that has not ended.", exists}};
constexpr api::Member create_body[] = {api::members::patient_id, api::members::appointment_id, api::members::chosen_session_id};
constexpr api::Refusal create_refusals[] = {{forbidden, "Only doctors can create sessions"},
                                            {invalid_argument, "Patient ID is required"},
                                            {invalid_argument, "Invalid patient ID"},
                                            {invalid_argument, "Invalid session ID"},
                                            {invalid_argument, "Session ID \"{create}\" is reserved"},
                                            {invalid_argument, "Invalid appointment ID"}};

// GET /api/sessions/ice-servers
constexpr api::Member ice[] = {{"iceServers", &schemas::ice_servers}, {"serverCount", &schemas::count}, {"timestamp", &schemas::time}};
constexpr AnswerDocument ice_answers[] = {{200, "The ICE servers for a call.", ice}};

// GET /api/sessions/user/active
constexpr api::Member active[] = {{"sessions", &schemas::sessions}, more_member, before_member};
constexpr AnswerDocument active_answers[] = {{200, "Newest `createdAt` first, at most 1,000 and about 4 MiB.", active}};
constexpr const QueryParameter* active_query[] = {&list_before_parameter};
constexpr api::Refusal active_refusals[] = {invalid_before};

// POST /api/sessions/:sessionId/join
constexpr api::Schema joined_text{.text = "Successfully joined session"};
constexpr api::Member joined[] = {{"message", &joined_text},
                                  {"session", &schemas::session},
                                  {"iceServers", &schemas::ice_servers},
                                  {"userRole", &schemas::role, "The caller's."}};
constexpr AnswerDocument join_answers[] = {{200, "The session as it is now.", joined},
                                           {409, "The session has ended, and the two people have another session that has not.", exists}};
constexpr api::Refusal join_refusals[] = {api::session_not_found_refusal, api::stranger_refusal, api::has_ended_refusal,
                                          api::reopenings_refusal};

// POST /api/sessions/:sessionId/end
constexpr api::Schema ended_text{.text = "Session ended successfully"};
constexpr api::Schema ended_status{.text = "ended"};
constexpr api::Member ended_session_members[] = {
    {"sessionId", &schemas::session_id}, {"status", &ended_status}, {"endedAt", &schemas::time}, {"duration", &schemas::seconds}};
constexpr api::Schema ended_session{.members = ended_session_members};
constexpr api::Member ended[] = {{"message", &ended_text}, {"session", &ended_session}};
constexpr AnswerDocument end_answers[] = {{200, "The session has ended. The room receives `session-ended`.", ended}};
constexpr api::Refusal end_refusals[] = {
    api::session_not_found_refusal, api::stranger_refusal, {session_ended, "Session is already ended"}};

// POST /api/sessions/:sessionId/reopen
constexpr api::Schema reopened_text{.text = "Session reopened successfully"};
constexpr api::Member reopened[] = {{"message", &reopened_text}, {"session", &schemas::session}};
constexpr AnswerDocument reopen_answers[] = {{200, "The session is `active` again. The room receives `session-reopened`.", reopened},
                                             {409, "The two people have another session that has not ended.", exists}};
constexpr api::Refusal reopen_refusals[] = {api::session_not_found_refusal, api::stranger_refusal,  api::not_creator_refusal,
                                            api::reopening_off_refusal,     api::not_ended_refusal, api::reopenings_refusal};

// GET /api/sessions/:sessionId and the routes below it
constexpr api::Member chat[] = {{"messages", &schemas::chat_messages}};
constexpr AnswerDocument chat_answers[] = {{200, "The last 100 messages.", chat}};
constexpr api::Member signalling[] = {{"sessionId", &schemas::session_id},
                                      {"signalingMessages", &schemas::signal_records},
                                      {"count", &schemas::count, "The number of records in this answer."},
                                      more_member,
                                      before_member};
constexpr AnswerDocument signalling_answers[] = {{200, "Newest first, at most about 4 MiB. Records are kept for 30 days.", signalling}};
constexpr const QueryParameter* signalling_query[] = {&signalling_limit_parameter, &list_before_parameter};
constexpr api::Refusal signalling_refusals[] = {api::session_not_found_refusal, api::stranger_refusal, invalid_before};
constexpr api::Member one[] = {{"session", &schemas::session}};
constexpr AnswerDocument get_answers[] = {{200, "The session.", one}};

}  // namespace

constinit const Operation create_session_operation = documented({
    .id = "createSession",
    .area = area,
    .summary = "Create a session with a patient",
    .about =
        "For doctors. Two people have at most one open session. If the application chooses the `sessionId`, the call may be repeated: the "
        "same people get the same session.",
    .body = create_body,
    .answers = create_answers,
    .refusals = create_refusals,
    .work = api::Work::writes,
});

constinit const Operation ice_servers_operation = documented({
    .id = "iceServers",
    .area = area,
    .summary = "ICE servers with time-limited TURN credentials",
    .answers = ice_answers,
});

constinit const Operation active_sessions_operation = documented({
    .id = "activeSessions",
    .area = area,
    .summary = "The caller's sessions that have not ended",
    .query = active_query,
    .answers = active_answers,
    .refusals = active_refusals,
    .work = api::Work::reads,
});

constinit const Operation join_session_operation = documented({
    .id = "joinSession",
    .area = area,
    .summary = "Start taking part in a session",
    .about = "The first join makes the session `active`. The call may be repeated. It does not join the room: sockets do that with the "
             "event `join-session`. On a server where a join may reopen sessions, it reopens a session that ended recently.",
    .answers = join_answers,
    .refusals = join_refusals,
    .work = api::Work::writes,
});

constinit const Operation end_session_operation = documented({
    .id = "endSession",
    .area = area,
    .summary = "End a session",
    .answers = end_answers,
    .refusals = end_refusals,
    .work = api::Work::writes,
});

constinit const Operation reopen_session_operation = documented({
    .id = "reopenSession",
    .area = area,
    .summary = "Open an ended session again",
    .about = "For its creator and admins. `startedAt` stays, `endedAt` is removed, and `duration` is the sum of the times when the session "
             "was open.",
    .answers = reopen_answers,
    .refusals = reopen_refusals,
    .work = api::Work::writes,
});

constinit const Operation session_chat_operation = documented({
    .id = "sessionChat",
    .area = area,
    .summary = "The last messages of a session",
    .answers = chat_answers,
    .refusals = access_refusals,
    .work = api::Work::reads,
});

constinit const Operation session_signalling_operation = documented({
    .id = "sessionSignalling",
    .area = area,
    .summary = "The signalling record of a session",
    .query = signalling_query,
    .answers = signalling_answers,
    .refusals = signalling_refusals,
    .work = api::Work::reads,
});

constinit const Operation get_session_operation = documented({
    .id = "getSession",
    .area = area,
    .summary = "One session",
    .answers = get_answers,
    .refusals = access_refusals,
    .work = api::Work::reads,
});

}  // namespace parley::http_api
