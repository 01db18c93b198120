// Query parameters. Each is a constant: its handler reads by it, and /openapi.json describes it. So both always have the same name, bounds
// and default.
#pragma once

#include <cstdint>
#include <string_view>

#include "api/schema.hpp"

namespace parley::http_api {

/// The treatment of a value that is not a number or is out of bounds.
enum class Foreign : std::uint8_t {
  clamped,  // as in the contract (§4.2, §5.4): a leading integer; none or below 1: when_absent; too large: the largest
  refused,  // on added interfaces (ARCHITECTURE.md §10): 400 `Invalid <name>`
};

struct QueryParameter {
  std::string_view name;
  std::string_view about;
  const api::Schema* schema = nullptr;  // for text; null: a number from 1 to `largest`
  std::uint64_t when_absent = 0;
  std::uint64_t largest = 0;
  Foreign foreign = Foreign::clamped;
  std::string_view largest_of_settings = {};  // if settings lower `largest`: its placeholder in the document (document_settings.hpp)
};

/// Only for Foreign::clamped.
[[nodiscard]] std::uint64_t query_number(std::string_view query, const QueryParameter& parameter);

}  // namespace parley::http_api
