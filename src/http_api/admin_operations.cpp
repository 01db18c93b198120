#include "http_api/admin_operations.hpp"

namespace parley::http_api {

namespace {

using enum ErrorCode;
namespace schemas = api::schemas;
constexpr std::string_view area = "admin";

// POST /api/sessions/cleanup
constexpr api::Schema cleaned_text{.text = "Cleanup completed"};
constexpr api::Member cleaned[] = {{"message", &cleaned_text}, {"sessionsUpdated", &schemas::count}};
constexpr AnswerDocument clean_up_answers[] = {{200, "How many were ended.", cleaned}};
constexpr api::Member clean_up_body[] = {hours_old_field};
constexpr api::Refusal clean_up_refusals[] = {{invalid_argument, "Invalid hoursOld"}};

}  // namespace

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
