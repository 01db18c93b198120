// Chat over HTTP (docs/api-contract.md §4): its description for the API documents, and the parameters that handlers read.
#pragma once

#include <limits>

#include "api/entry_schemas.hpp"
#include "base/limits.hpp"
#include "http_api/operations/operation.hpp"

namespace parley::http_api {

inline constexpr QueryParameter page_parameter{.name = "page",
                                               .about = "Page 1 holds the newest messages; inside a page, oldest first.",
                                               .when_absent = 1,
                                               .largest = std::numeric_limits<std::uint32_t>::max()};
inline constexpr QueryParameter page_limit_parameter{.name = "limit",
                                                     .about = "Messages a page. The maximum is lower where longer messages are allowed.",
                                                     .when_absent = limits::page_limit_default,
                                                     .largest = limits::page_limit_max,
                                                     .largest_of_settings = "@page_limit_max@"};

inline constexpr api::Schema before_schema{.keywords =
                                               R"("anyOf":[{"type":"string","format":"date-time"},{"type":"string","format":"date"},)"
                                               R"({"type":"string","pattern":"^[0-9]{1,15}$"},{"const":""}])",
                                           .example = R"("2026-03-01T10:00:00.000Z")"};
inline constexpr QueryParameter before_parameter{
    .name = "before",
    .about =
        "Only messages strictly older than this ISO 8601 date or date-time, or these epoch milliseconds. Empty: all. Messages of one "
        "millisecond share a time, so the time of the oldest message shown skips the others of its millisecond. To walk back without a "
        "gap use `before` of `/api/chat/session/{sessionId}/entries`, which is a position.",
    .schema = &before_schema};

inline constexpr QueryParameter entries_after_parameter{.name = api::members::after.name,
                                                        .about = "Entries after this place. Empty: from the beginning.",
                                                        .schema = &api::schemas::place_in_query};
inline constexpr QueryParameter entries_before_parameter{.name = api::members::before.name,
                                                         .about = "Entries before this place; without `after` the last ones before it.",
                                                         .schema = &api::schemas::place_in_query};
inline constexpr QueryParameter entries_limit_parameter{.name = api::members::entries_limit.name,
                                                        .about = "Entries an answer.",
                                                        .when_absent = limits::entries_limit_default,
                                                        .largest = limits::entries_limit_max,
                                                        .foreign = Foreign::refused};
inline constexpr api::Schema cores_schema{.keywords = R"("type":"string","enum":["true","false",""])", .example = R"("true")"};
inline constexpr QueryParameter entries_core_parameter{
    .name = api::members::with_cores.name, .about = "`true` adds the core of each entry, for hashing them again.", .schema = &cores_schema};

inline constexpr api::Schema idempotency_key_schema{.keywords = R"("type":"string","pattern":"^[\\x21-\\x7e]*$")",
                                                    .example = R"("b7f6c1a2-0001")",
                                                    .length_max = limits::client_message_id_bytes_max};
inline constexpr api::Member idempotency_key_header{
    "Idempotency-Key", &idempotency_key_schema,
    "`clientMessageId` for those who rather say it in a header. Both and different: `Invalid clientMessageId`.", api::Presence::optional};

extern const Operation store_message_operation;
extern const Operation chat_page_operation;
extern const Operation chat_entries_operation;
extern const Operation chat_stats_operation;
extern const Operation delete_message_operation;

}  // namespace parley::http_api
