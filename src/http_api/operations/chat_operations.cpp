#include "http_api/operations/chat_operations.hpp"

namespace parley::http_api {

namespace {

using enum ErrorCode;
namespace schemas = api::schemas;
constexpr std::string_view area = "chat";

constexpr api::Refusal invalid_key{invalid_argument, "Invalid clientMessageId"};

// POST /api/chat/store
constexpr api::Schema stored_text{.text = "Chat message stored successfully"};
constexpr api::Member stored[] = {
    {"message", &stored_text},
    {"chatMessage", &schemas::chat_message},
    {"duplicate", &schemas::yes, "The key was used before. This is the message that was stored then.", api::Presence::rare}};
constexpr AnswerDocument stored_answers[] = {
    {201, "The message is stored durably: it survives a crash of the process or the machine.", stored}};
constexpr api::Member store_headers[] = {idempotency_key_header};
constexpr api::Member store_body[] = {api::members::session_id, api::members::message, api::members::client_message_id};
constexpr api::Refusal store_refusals[] = {{invalid_argument, "Session ID and message are required"},
                                           {invalid_argument, "Message must be a string"},
                                           {invalid_argument, "Message too long (max @message_length_max@ characters)"},
                                           api::session_not_found_refusal,
                                           api::stranger_refusal,
                                           invalid_key,
                                           {idempotency_conflict, "Another message was sent under this clientMessageId"},
                                           api::has_ended_refusal,
                                           {session_full, "Session is full"}};

// GET /api/chat/session/:sessionId
constexpr api::Member page[] = {{"messages", &schemas::chat_messages}, {"pagination", &schemas::pagination}};
constexpr AnswerDocument page_answers[] = {{200, "The page. It is empty after the last page.", page}};
constexpr const QueryParameter* page_query[] = {&page_parameter, &page_limit_parameter, &before_parameter};
constexpr api::Refusal page_refusals[] = {api::session_not_found_refusal,
                                          api::stranger_refusal,
                                          {invalid_argument, "Invalid before timestamp"},
                                          {invalid_argument, "Page too large, ask for a limit of at most 100"}};

// GET /api/chat/session/:sessionId/stats
constexpr api::Member stats[] = {{"sessionId", &schemas::session_id},
                                 {"totalMessages", &schemas::count},
                                 {"messagesByRole", &schemas::counts_by_role},
                                 {"firstMessageAt", &schemas::time, "Left out when there is no message.", api::Presence::optional},
                                 {"lastMessageAt", &schemas::time, "Left out when there is no message.", api::Presence::optional},
                                 {"chatDuration", &schemas::seconds, "From the first message to the last."}};
constexpr AnswerDocument stats_answers[] = {{200, "The counts, without deleted messages.", stats}};
constexpr api::Refusal access_refusals[] = {api::session_not_found_refusal, api::stranger_refusal};

// GET /api/chat/session/:sessionId/entries
constexpr AnswerDocument entries_answers[] = {
    {200, "The entries, and the digest that proves them to a client that knows the position before them.",
     schemas::entries_answer_members}};
constexpr const QueryParameter* entries_query[] = {&entries_after_parameter, &entries_before_parameter, &entries_limit_parameter,
                                                   &entries_core_parameter};
constexpr api::Refusal entries_refusals[] = {api::session_not_found_refusal,      api::stranger_refusal,
                                             {invalid_argument, "Invalid after"}, {invalid_argument, "Invalid before"},
                                             {invalid_argument, "Invalid limit"}, {invalid_argument, "Invalid core"}};

// DELETE /api/chat/:messageId
constexpr api::Schema deleted_text{.text = "Chat message deleted successfully"};
constexpr api::Member deleted[] = {{"message", &deleted_text}};
constexpr AnswerDocument deleted_answers[] = {
    {200, "The message is gone from pages, history, stats and counts. The log keeps the user who deleted it, and the time.", deleted}};
constexpr api::Refusal delete_refusals[] = {{not_found, "Message not found"}, {forbidden, "Unauthorized to delete this message"}};

}  // namespace

constinit const Operation store_message_operation = documented({
    .id = "storeMessage",
    .area = area,
    .summary = "Send a message without a socket",
    .about = "For clients without a connected socket. Once the message is durable, the room receives it like one that was sent over a "
             "socket. The text is stored and returned exactly; the program that displays it escapes it. Other fields of the body are "
             "ignored: sender, role, time and type cannot be set.",
    .headers = store_headers,
    .body = store_body,
    .answers = stored_answers,
    .refusals = store_refusals,
    .work = api::Work::writes,
});

constinit const Operation chat_page_operation = documented({
    .id = "chatPage",
    .area = area,
    .summary = "One page of a session's messages",
    .query = page_query,
    .answers = page_answers,
    .refusals = page_refusals,
    .work = api::Work::reads,
});

constinit const Operation chat_entries_operation = documented({
    .id = "chatEntries",
    .area = area,
    .summary = "The log of a session by position",
    .about = "All entries of the log in order, deletions too. The cost is the same at any depth. Works after the end of the session too.",
    .query = entries_query,
    .answers = entries_answers,
    .refusals = entries_refusals,
    .work = api::Work::reads,
});

constinit const Operation chat_stats_operation = documented({
    .id = "chatStats",
    .area = area,
    .summary = "Counts of a session's messages",
    .answers = stats_answers,
    .refusals = access_refusals,
    .work = api::Work::reads,
});

constinit const Operation delete_message_operation = documented({
    .id = "deleteMessage",
    .area = area,
    .summary = "Delete a message",
    .about = "For its sender and for admins. The room receives `chat-message-deleted`. A second deletion is answered with 404.",
    .answers = deleted_answers,
    .refusals = delete_refusals,
    .work = api::Work::writes,
});

}  // namespace parley::http_api
