// Sessions over HTTP (docs/api-contract.md §5.1 to §5.4): their description for the API documents, and the parameters that handlers read.
#pragma once

#include "base/limits.hpp"
#include "http_api/operations/operation.hpp"

namespace parley::http_api {

inline constexpr QueryParameter signalling_limit_parameter{.name = "limit",
                                                           .about = "How many, counted from the newest.",
                                                           .when_absent = limits::signalling_limit_default,
                                                           .largest = limits::signalling_limit_max};

inline constexpr api::Schema list_place{.keywords = R"("type":"string","pattern":"^[0-9]{1,15}[.].")",
                                        .example = R"("1767225600000.6955b900a1b2c3d4e5000003")"};
inline constexpr const api::Schema* list_place_in_query_forms[] = {&list_place, &api::schemas::empty};
inline constexpr api::Schema list_place_in_query{.any_of = list_place_in_query_forms};
inline constexpr QueryParameter list_before_parameter{
    .name = "before",
    .about = "The `before` of an answer with `more`: the list goes on after it. Empty: from the newest on.",
    .schema = &list_place_in_query};

extern const Operation create_session_operation;
extern const Operation ice_servers_operation;
extern const Operation active_sessions_operation;
extern const Operation join_session_operation;
extern const Operation end_session_operation;
extern const Operation reopen_session_operation;
extern const Operation session_chat_operation;
extern const Operation session_signalling_operation;
extern const Operation get_session_operation;

}  // namespace parley::http_api
