// The description of one route for /openapi.json. Every row of the route table refers to one, so a route without a description does not
// compile. The operations are in <area>_operations.cpp, next to the handlers and not inside them.
//
// The rest of the row implies these parts, so they are not repeated here: path parameters, the token and its 401s, the limiters and their
// 429s, the refusals of a body, and 500.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string_view>

#include "api/refusal_document.hpp"
#include "api/schema.hpp"
#include "api/schemas.hpp"
#include "http_api/request/query_parameters.hpp"

namespace parley::http_api {

/// An answer that is not a plain refusal.
struct AnswerDocument {
  unsigned status;
  std::string_view about;
  std::span<const api::Member> body;  // empty: media_type says all
  std::string_view media_type = "application/json";
};

struct Operation {
  std::string_view id;    // one word, unique: `storeMessage`
  std::string_view area;  // its heading in the document
  std::string_view summary;
  std::string_view about = {};  // more than the summary
  std::span<const QueryParameter* const> query = {};
  std::span<const api::Member> headers = {};
  std::span<const api::Member> body = {};  // JSON or form; empty: no body is read
  /// More members of the body's schema, as JSON, for rules about several members. Such a body is documented only as JSON.
  std::string_view body_keywords = {};
  std::span<const AnswerDocument> answers;
  std::span<const api::Refusal> refusals = {};  // in the order of the checks
  api::Work work = api::Work::none;
};

/// Returns the operation. Does not compile if a part is missing that every operation needs.
[[nodiscard]] consteval Operation documented(Operation operation) {
  const bool is_complete = !operation.id.empty() && !operation.area.empty() && !operation.summary.empty() &&
                           std::ranges::any_of(operation.answers, [](const AnswerDocument& answer) { return answer.status / 100 == 2; });
  if (!is_complete) throw "an operation needs an id, an area, a summary and an answer of success";
  return operation;
}

/// The possible `:name` parameters of patterns.
inline constexpr api::Member path_parameters[] = {
    {"sessionId", &api::schemas::session_id, "The session."},
    {"messageId", &api::schemas::given_oid, "The `_id` of a ChatMessage, the `id` of a ChatEvent."},
};
/// Undefined if no row has this name: then a constant expression does not compile.
[[nodiscard]] constexpr const api::Member& path_parameter(std::string_view name) {
  return *std::ranges::find(path_parameters, name, &api::Member::name);
}

}  // namespace parley::http_api
