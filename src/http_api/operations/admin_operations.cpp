#include "http_api/operations/admin_operations.hpp"

namespace parley::http_api {

namespace {

using enum ErrorCode;
namespace schemas = api::schemas;
constexpr std::string_view area = "admin";

// POST /api/sessions/cleanup
constexpr api::Schema cleaned_text{.text = "Cleanup completed"};
constexpr api::Member cleaned[] = {{"message", &cleaned_text}, {"sessionsUpdated", &schemas::count}};
constexpr AnswerDocument clean_up_answers[] = {{200, "The number of sessions that were ended.", cleaned}};
constexpr api::Member clean_up_body[] = {hours_old_field};
constexpr api::Refusal clean_up_refusals[] = {{invalid_argument, "Invalid hoursOld"}};

// ICE servers
constexpr api::Member rotation_members[] = {{"lastRotation", &schemas::time}, {"nextRotation", &schemas::time}};
constexpr api::Schema rotation{.members = rotation_members};
constexpr api::Member summary_members[] = {{"totalServers", &schemas::count},
                                           {"healthyServers", &schemas::count},
                                           {"lastCheck", &schemas::time, "Before the first check: the start of the server."},
                                           {"credentialRotation", &rotation}};
constexpr api::Schema summary{.members = summary_members};
constexpr api::Schema servers{
    .about =
        "By URL, after the first check. `responseTime` is in milliseconds, or null if it was not measured. `error` is null or names the "
        "fault.",
    .keywords =
        R"("type":"object","additionalProperties":{"type":"object","properties":{"type":{"enum":["STUN","TURN"]},)"
        R"("healthy":{"type":"boolean"},"lastCheck":{"type":"string","format":"date-time"},"responseTime":{"type":["number","null"]},)"
        R"("error":{"type":["string","null"]}},"required":["type","healthy","lastCheck","responseTime","error"]})",
    .example = R"({"stun:stun.l.google.com:19302":{"type":"STUN","healthy":true,"lastCheck":"2026-03-01T09:30:00.000Z",)"
               R"("responseTime":23.481,"error":null}})"};
constexpr api::Member health_members[] = {{"summary", &summary}, {"servers", &servers}};
constexpr AnswerDocument health_answers[] = {{200, "The result of the last check.", health_members}};
constexpr api::Schema checked_text{.text = "Health check completed"};
constexpr api::Member checked[] = {{"message", &checked_text}, {"summary", &summary}, {"servers", &servers}};
constexpr AnswerDocument check_answers[] = {{200, "The result of the check.", checked}};
constexpr api::Refusal check_refusals[] = {{overloaded, "Server is overloaded, please try again"}};
constexpr api::Schema rotated_text{.text = "TURN credential rotation initiated"};
constexpr api::Member rotated[] = {{"message", &rotated_text}, {"timestamp", &schemas::time}};
constexpr AnswerDocument rotate_answers[] = {{200, "The secret was read again.", rotated}};
constexpr api::Schema turn_changed_text{.text = "TURN configuration updated successfully"};
constexpr api::Member turn_changed[] = {{"message", &turn_changed_text}, {"timestamp", &schemas::time}};
constexpr AnswerDocument change_answers[] = {{200, "The change is in force.", turn_changed}};
constexpr api::Member change_body[] = {turn_servers_field, turn_username_field, turn_secret_field};
constexpr std::string_view change_body_keywords = R"("anyOf":[{"properties":{"servers":{"type":"array"}},"required":["servers"]},)"
                                                  R"({"properties":{"username":{"type":"string","minLength":1}},"required":["username"]},)"
                                                  R"({"properties":{"secret":{"type":"string","minLength":1}},"required":["secret"]}])";
constexpr api::Refusal change_refusals[] = {{invalid_argument, "At least one configuration parameter is required"},
                                            {invalid_argument, "Invalid configuration"}};

// GET /api/sessions/monitoring/metrics
constexpr api::Schema epoch_milliseconds{.keywords = R"("type":"integer")", .example = "1772357400000"};
constexpr api::Schema last_minute{.items = &epoch_milliseconds, .length_max = limits::recent_times_max};
constexpr api::Member limit_members[] = {
    {"maxConnectionsPerUser", &schemas::count}, {"maxConnectionsPerIP", &schemas::count}, {"maxTotalConnections", &schemas::count}};
constexpr api::Schema connection_limits{.about = "0: off.", .members = limit_members};
constexpr api::Schema ice_server_health{.members = health_members};
constexpr api::Member memory_members[] = {{"rss", &schemas::count, "Resident bytes, as the system counts them."},
                                          {"heapTotal", &schemas::count, "Always 0, like the three below: this server has no such heap."},
                                          {"heapUsed", &schemas::count},
                                          {"external", &schemas::count},
                                          {"arrayBuffers", &schemas::count}};
constexpr api::Schema memory{.members = memory_members};
constexpr api::Member monitoring[] = {
    {"timestamp", &schemas::time},
    {"totalConnections", &schemas::count, "Sockets accepted since the start."},
    {"activeConnections", &schemas::count, "Sockets connected now."},
    {"peakConnections", &schemas::count, "Most sockets at one time."},
    {"connectionsPerMinute", &schemas::count, "Sockets that connected in the last 60 s."},
    {"lastMinuteConnections", &last_minute, "The times when they connected; the newest 1000."},
    {"rejectedConnections", &schemas::count, "Sockets refused since the start."},
    {"rateLimitedRequests", &schemas::count, "Events and requests that a rate limit refused since the start."},
    {"activeSessions", &schemas::count, "Sessions with joined sockets now."},
    {"rateLimiterEntries", &schemas::count, "Rate windows in memory now."},
    {"connectionLimits", &connection_limits},
    {"iceServerHealth", &ice_server_health},
    {"memoryUsage", &memory},
    {"uptime", &schemas::number, "Seconds."}};
constexpr AnswerDocument monitoring_answers[] = {{200, "Figures of /metrics, for people.", monitoring}};

}  // namespace

constinit const Operation monitoring_metrics_operation = documented({
    .id = "monitoringMetrics",
    .area = area,
    .summary = "Connections, sessions, limits and memory now",
    .answers = monitoring_answers,
});

constinit const Operation ice_health_operation = documented({
    .id = "iceHealth",
    .area = area,
    .summary = "The result of the last check of the ICE servers",
    .answers = health_answers,
});

constinit const Operation check_ice_health_operation = documented({
    .id = "checkIceHealth",
    .area = area,
    .summary = "Check the ICE servers now",
    .about = "Sends each server a request over UDP: a Binding to STUN servers, an Allocate to TURN servers. The check takes at most three "
             "seconds. Requests that arrive during a check share it.",
    .answers = check_answers,
    .refusals = check_refusals,
});

constinit const Operation rotate_turn_credentials_operation = documented({
    .id = "rotateTurnCredentials",
    .area = area,
    .summary = "Read the TURN secret again",
    .about = "The server makes credentials for every answer; they expire after a day. From now on it uses the current content of the "
             "secret's file.",
    .answers = rotate_answers,
    .work = api::Work::reads,
});

constinit const Operation change_turn_operation = documented({
    .id = "changeTurn",
    .area = area,
    .summary = "Change the TURN servers given to clients",
    .about = "Give any of the three members. The change applies to this process until it restarts.",
    .body = change_body,
    .body_keywords = change_body_keywords,
    .answers = change_answers,
    .refusals = change_refusals,
});

constinit const Operation clean_up_operation = documented({
    .id = "cleanUp",
    .area = area,
    .summary = "End old sessions that nobody ended",
    .body = clean_up_body,
    .answers = clean_up_answers,
    .refusals = clean_up_refusals,
    .work = api::Work::writes,
});

}  // namespace parley::http_api
