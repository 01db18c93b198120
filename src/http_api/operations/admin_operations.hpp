// Operations for admins (docs/api-contract.md §5.5): their description for the API documents, and the fields that handlers read.
#pragma once

#include "base/limits.hpp"
#include "http_api/operations/operation.hpp"

namespace parley::http_api {

inline constexpr double hours_old_when_absent = 24;
inline constexpr api::Schema hours_old_schema{
    .about = "A number, or a text that is one.",
    .keywords = R"("default":24,"anyOf":[{"type":"number","minimum":0},{"type":"string","pattern":"^[0-9]+(\\.[0-9]+)?$"}])",
    .example = "24"};
inline constexpr api::Member hours_old_field{"hoursOld", &hours_old_schema, "Sessions created before so many hours.",
                                             api::Presence::optional};

// PUT …/ice-servers/turn-config: at least one of these fields. A falsy value counts as not given.
inline constexpr api::Schema turn_url{
    .keywords = R"("type":"string","pattern":"^turns?:[a-z0-9][a-z0-9.-]{0,200}(:[1-9][0-9]{0,3})?([?]transport=(udp|tcp))?$")",
    .example = R"("turn:turn.example.org:3478")",
    .length_max = limits::ice_url_bytes_max};
inline constexpr api::Schema turn_urls{
    .about = "Instead of those there were; empty: none.", .items = &turn_url, .length_max = limits::ice_servers_max};
inline constexpr const api::Schema* turn_urls_forms[] = {&turn_urls, &api::schemas::not_given};
inline constexpr api::Schema turn_urls_schema{.any_of = turn_urls_forms};
inline constexpr api::Schema turn_username{
    .keywords = R"("type":"string","pattern":"^[ -~]+$")", .example = R"("webrtc-user")", .length_max = limits::turn_username_bytes_max};
inline constexpr const api::Schema* turn_username_forms[] = {&turn_username, &api::schemas::not_given};
inline constexpr api::Schema turn_username_schema{.any_of = turn_username_forms};
inline constexpr api::Schema turn_secret{.keywords = R"("type":"string","pattern":"^[ -~]+$")",
                                         .example = R"("shared with the TURN servers")",
                                         .length_max = limits::turn_secret_bytes_max};
inline constexpr const api::Schema* turn_secret_forms[] = {&turn_secret, &api::schemas::not_given};
inline constexpr api::Schema turn_secret_schema{.any_of = turn_secret_forms};
inline constexpr api::Member turn_servers_field{"servers", &turn_urls_schema, "TURN servers given to clients.", api::Presence::optional};
inline constexpr api::Member turn_username_field{"username", &turn_username_schema, "The name in user names.", api::Presence::optional};
inline constexpr api::Member turn_secret_field{"secret", &turn_secret_schema, "What credentials are made with.", api::Presence::optional};

extern const Operation clean_up_operation;
extern const Operation ice_health_operation;
extern const Operation check_ice_health_operation;
extern const Operation rotate_turn_credentials_operation;
extern const Operation change_turn_operation;
extern const Operation monitoring_metrics_operation;

}  // namespace parley::http_api
