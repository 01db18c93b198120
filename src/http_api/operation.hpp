// What /openapi.json says of one route. Every row of the route table refers to one, so a route without it does not compile; the
// operations themselves stand in <area>_operations.cpp, next to the handlers and not inside them.
//
// Not said here, because the rest of the row implies it: path parameters, the token and its 401s, the limiters and their 429s, the
// refusals of a body, and 500.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string_view>

#include "api/refusal_document.hpp"
#include "api/schema.hpp"
#include "api/schemas.hpp"
#include "http_api/query_parameters.hpp"

namespace parley::http_api {

/// An answer that is not a plain refusal.
struct AnswerDocument {
  unsigned status;
  std::string_view about;
  std::span<const api::Member> body;  // empty: what media_type says
  std::string_view media_type = "application/json";
};

struct Operation {
  std::string_view id;    // one word, unique: `storeMessage`
  std::string_view area;  // the heading it is listed under
  std::string_view summary;
  std::string_view about = {};  // what the contract says beyond that
  std::span<const QueryParameter* const> query = {};
  std::span<const api::Member> headers = {};
  std::span<const api::Member> body = {};  // JSON or form; empty: none is read
  /// Further members of its schema, as JSON: what single members cannot say. Such a body is described as JSON alone.
  std::string_view body_keywords = {};
  std::span<const AnswerDocument> answers;
  std::span<const api::Refusal> refusals = {};  // in the order of the checks
  api::Work work = api::Work::none;
};

/// Gives the operation back; does not compile when something that every operation says is missing.
[[nodiscard]] consteval Operation documented(Operation operation) {
  const bool is_complete = !operation.id.empty() && !operation.area.empty() && !operation.summary.empty() &&
                           std::ranges::any_of(operation.answers, [](const AnswerDocument& answer) { return answer.status / 100 == 2; });
  if (!is_complete) throw "an operation needs an id, an area, a summary and an answer of success";
  return operation;
}

/// What a `:name` of a pattern may be.
inline constexpr api::Member path_parameters[] = {
    {"sessionId", &api::schemas::session_id, "The session."},
    {"messageId", &api::schemas::given_oid, "The `_id` of a ChatMessage, the `id` of a ChatEvent."},
};
/// Not defined for a name that no row has: constant expressions with one do not compile.
[[nodiscard]] constexpr const api::Member& path_parameter(std::string_view name) {
  return *std::ranges::find(path_parameters, name, &api::Member::name);
}

}  // namespace parley::http_api
