// Every refusal that a route can give: those of its operation, and those of the steps before its handler (docs/api-contract.md §2.1). The
// document has one answer per status.
#pragma once

#include <map>
#include <string_view>
#include <vector>

#include "api/schema.hpp"
#include "http_api/routing/route_table.hpp"

namespace parley::http_api {

/// The refusals of one status, grouped by their JSON form, in the order of the checks.
struct StatusRefusals {
  std::vector<std::string_view> framework;  // {"success":false,"message":…}
  std::vector<std::string_view> plain;      // {"message":…}
  std::vector<api::Refusal> coded;          // {"message":…,"code":…}
};
using RefusalsByStatus = std::map<unsigned, StatusRefusals>;

[[nodiscard]] RefusalsByStatus refusals_of(const Route& route);

/// Writes an example, with its name, for each text of `framework`, `plain` and `coded`. The second function writes one schema for all.
void write_refusal_examples(JsonWriter& writer, const StatusRefusals& refusals);
void write_refusal_schema(api::SchemaWriter& schemas, JsonWriter& writer, const StatusRefusals& refusals);

}  // namespace parley::http_api
