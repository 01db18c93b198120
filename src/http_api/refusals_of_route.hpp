// Every refusal that a route can give: the operation's own, and those that the steps before its handler give to all of its kind
// (docs/api-contract.md §2.1). One answer of the document a status.
#pragma once

#include <map>
#include <string_view>
#include <vector>

#include "api/schema.hpp"
#include "http_api/route.hpp"

namespace parley::http_api {

/// The refusals of one status, by the form they are written in; in the order of the checks.
struct StatusRefusals {
  std::vector<std::string_view> framework;  // {"success":false,"message":…}
  std::vector<std::string_view> plain;      // {"message":…}
  std::vector<api::Refusal> coded;          // {"message":…,"code":…}
};
using RefusalsByStatus = std::map<unsigned, StatusRefusals>;

[[nodiscard]] RefusalsByStatus refusals_of(const Route& route);

/// What one text of `framework`, `plain` or `coded` looks like, as JSON with its name; and the schema of them all.
void write_refusal_examples(JsonWriter& writer, const StatusRefusals& refusals);
void write_refusal_schema(api::SchemaWriter& schemas, JsonWriter& writer, const StatusRefusals& refusals);

}  // namespace parley::http_api
