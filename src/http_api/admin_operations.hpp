// What only admins may do (docs/api-contract.md §5.5): what the documents say of it, and the fields its handlers read.
#pragma once

#include "http_api/operation.hpp"

namespace parley::http_api {

inline constexpr double hours_old_when_absent = 24;
inline constexpr api::Schema hours_old_schema{
    .about = "A number, or a text that is one.",
    .keywords = R"("default":24,"anyOf":[{"type":"number","minimum":0},{"type":"string","pattern":"^[0-9]+(\\.[0-9]+)?$"}])",
    .example = "24"};
inline constexpr api::Member hours_old_field{"hoursOld", &hours_old_schema, "Sessions created before so many hours.",
                                             api::Presence::optional};

extern const Operation clean_up_operation;

}  // namespace parley::http_api
