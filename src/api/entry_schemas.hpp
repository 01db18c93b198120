// Schemas of the log by position (ARCHITECTURE.md §10): the JSON that entries.hpp reads and writes, for the API documents.
#pragma once

#include "api/schemas.hpp"
#include "base/limits.hpp"

namespace parley::api::schemas {

inline constexpr Schema entry_kind{
    .about = "Kinds of later versions are `unknown`: clients count and skip them.",
    .keywords =
        R"("type":"string","enum":["created","participant","text","deleted","erased","hold","released","ended","adopted","reopened",)"
        R"("unknown"])",
    .example = R"("text")"};
inline constexpr Schema participant_change{.keywords = R"("type":"string","enum":["added","removed","firstJoin"])",
                                           .example = R"("firstJoin")"};
inline constexpr Schema core{
    .about = "Base64.", .keywords = R"("type":"string","contentEncoding":"base64")", .example = R"("AQMAAAAAKg==")"};
inline constexpr Schema digest{.about =
                                   "Of the hash chain: digest n = SHA-256(digest n−1 ‖ core n), digest 0 = SHA-256(\"parley2\" ‖ length of "
                                   "sessionId in one byte ‖ sessionId).",
                               .keywords = R"("type":"string","pattern":"^[0-9a-f]{64}$")",
                               .example = R"("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")"};

inline constexpr Member entry_members[] = {{"kind", &entry_kind},
                                           {"seq", &seq},
                                           {"position", &position},
                                           {"timestamp", &time},
                                           {"id", &oid, "text: its id; deleted: of the message.", Presence::optional},
                                           {"sessionId", &session_id, "text, deleted.", Presence::optional},
                                           {"senderId", &user_id, "text.", Presence::optional},
                                           {"senderRole", &role, "text.", Presence::optional},
                                           {"message", &message_text, "text, unless `deleted`.", Presence::optional},
                                           {"deleted", &yes, "text: it was deleted since; its text is gone.", Presence::rare},
                                           {"messageType", &message_type, "text.", Presence::optional},
                                           {"clientMessageId", &given_key, "text: as the sender gave it.", Presence::optional},
                                           {"deletedBy", &user_id, "deleted.", Presence::rare},
                                           {"participants", &participants, "created.", Presence::rare},
                                           {"change", &participant_change, "participant.", Presence::rare},
                                           {"userId", &user_id, "participant.", Presence::rare},
                                           {"role", &role, "participant.", Presence::rare},
                                           {"endedBy", &user_id, "ended.", Presence::rare},
                                           {"reopenedBy", &user_id, "reopened.", Presence::rare},
                                           {"core", &core, "The bytes that the chain hashes, if they were requested.", Presence::rare}};
inline constexpr Schema entry{.name = "Entry", .about = "One record of a session's log.", .members = entry_members};
inline constexpr Schema entries{.about = "Adjacent, oldest first.", .items = &entry};

inline constexpr Member entries_answer_members[] = {
    {"from", &position, "The position before the first entry."},
    {"to", &position, "The position of the last entry, for the next request."},
    {"count", &count},
    {"digest", &digest, "At `to`."},
    {"more", &boolean, "There are more entries in the same direction."},
    {"reset", &yes, "The requested position is not in this history. These entries begin at the first one.", Presence::rare},
    {"entries", &entries}};
inline constexpr Schema resume{.name = "Resume", .about = "The log after a position, with its proof.", .members = entries_answer_members};

/// The pattern matches exactly the numbers from 0 to limits::seq_max.
inline constexpr Schema place{
    .about = "A position, or a bare `seq`, which proves nothing.",
    .keywords = R"("type":"string","pattern":"^(0|[1-9][0-9]{0,6}|1[0-5][0-9]{6}|16[0-6][0-9]{5}|167[0-6][0-9]{4}|1677[0-6][0-9]{3}|)"
                R"(16777[01][0-9]{2}|1677720[0-9]|1677721[0-5])(\\.[0-9a-f]{16})?$")",
    .example = R"("42.9f86d081884c7d65")"};
static_assert(limits::seq_max == 16'777'215);
/// In a query, an empty value counts as absent.
inline constexpr const Schema* place_in_query_forms[] = {&place, &empty};
inline constexpr Schema place_in_query{.any_of = place_in_query_forms};

}  // namespace parley::api::schemas

namespace parley::api::members {

inline constexpr Schema bare_seq{.keywords = R"("type":"integer","minimum":0,"maximum":16777215)", .example = "42"};
inline constexpr Schema no_place{.keywords = R"("enum":[null,""])", .example = "null"};
inline constexpr const Schema* place_forms[] = {&schemas::place, &bare_seq, &no_place};
inline constexpr Schema place_schema{.any_of = place_forms};
inline constexpr Schema entries_limit_schema{.keywords = R"("type":["integer","null"],"minimum":1,"maximum":200,"default":100)",
                                             .example = "100"};
static_assert(limits::entries_limit_default == 100 && limits::socket_entries_max == 200 && limits::seq_max == 16'777'215);

inline constexpr Member after{"after", &place_schema, "Entries after this position; null or empty: from the beginning.",
                              Presence::optional};
inline constexpr Member before{"before", &place_schema, "Entries before this position; without `after`: the last ones before it.",
                               Presence::rare};
inline constexpr Member entries_limit{"limit", &entries_limit_schema, {}, Presence::optional};
inline constexpr Member with_cores{"core", &schemas::boolean, "Adds the core of each entry, so that the client can hash it.",
                                   Presence::optional};

}  // namespace parley::api::members
