// Parameters of queries: each is a constant that its handler reads by and /openapi.json describes, so neither can know a name, a
// bound or a default that the other does not.
#pragma once

#include <cstdint>
#include <string_view>

#include "api/schema.hpp"

namespace parley::http_api {

/// What happens to a number that is none, or out of bounds.
enum class Foreign : std::uint8_t {
  clamped,  // the contract's own (§4.2, §5.4): a leading integer; none or below 1: when_absent, too large: the largest
  refused,  // on added interfaces (ARCHITECTURE.md §10): 400 `Invalid <name>`
};

struct QueryParameter {
  std::string_view name;
  std::string_view about;
  const api::Schema* schema = nullptr;  // of a text; null: a number from 1 to `largest`
  std::uint64_t when_absent = 0;
  std::uint64_t largest = 0;
  Foreign foreign = Foreign::clamped;
  std::string_view largest_of_settings = {};  // where settings lower `largest`: its place in the document (document_settings.hpp)
};

/// For Foreign::clamped.
[[nodiscard]] std::uint64_t query_number(std::string_view query, const QueryParameter& parameter);

}  // namespace parley::http_api
