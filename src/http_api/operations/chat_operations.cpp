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
    {"duplicate", &schemas::yes, "This key was used before; it is the message of then.", api::Presence::rare}};
constexpr AnswerDocument stored_answers[] = {{201, "Durable: it survives a crash of the process or the machine.", stored}};
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
constexpr AnswerDocument page_answers[] = {{200, "The page; past the end an empty one.", page}};
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
constexpr AnswerDocument stats_answers[] = {{200, "The counts; deleted messages are not counted.", stats}};
constexpr api::Refusal access_refusals[] = {api::session_not_found_refusal, api::stranger_refusal};

// GET /api/chat/session/:sessionId/entries
constexpr AnswerDocument entries_answers[] = {
    {200, "The entries, and the digest that proves them to whoever holds the position before them.", schemas::entries_answer_members}};
constexpr const QueryParameter* entries_query[] = {&entries_after_parameter, &entries_before_parameter, &entries_limit_parameter,
                                                   &entries_core_parameter};
constexpr api::Refusal entries_refusals[] = {api::session_not_found_refusal,      api::stranger_refusal,
                                             {invalid_argument, "Invalid after"}, {invalid_argument, "Invalid before"},
                                             {invalid_argument, "Invalid limit"}, {invalid_argument, "Invalid core"}};

// DELETE /api/chat/:messageId
constexpr api::Schema deleted_text{.text = "Chat message deleted successfully"};
constexpr api::Member deleted[] = {{"message", &deleted_text}};
constexpr AnswerDocument deleted_answers[] = {
    {200, "Gone from pages, history, stats and counts; the log keeps who deleted it and when.", deleted}};
constexpr api::Refusal delete_refusals[] = {{not_found, "Message not found"}, {forbidden, "Unauthorized to delete this message"}};

}  // namespace

constinit const Operation store_message_operation = documented({
    .id = "storeMessage",
    .area = area,
    .summary = "Send a message without a socket",
    .about = "The way to send while no socket is up. The room hears it as over a socket, after it is durable. Text is stored and "
             "returned exactly; escaping it is the business of whoever displays it. Other fields of the body are ignored: sender, role, "
             "time and type cannot be set.",
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
    .about = "Everything that is in the log, deletions too, in its one order and at the same cost at any depth; after the end too.",
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
    .about = "For its sender and for admins. The room is told by `chat-message-deleted`. A second time it is not found.",
    .answers = deleted_answers,
    .refusals = delete_refusals,
    .work = api::Work::writes,
});

}  // namespace parley::http_api
