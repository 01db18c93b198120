// Numbers of a query as the contract reads them: a leading integer, foreign or too small gives the default, too large the largest
// (docs/api-contract.md §4.2, §5.4).
#pragma once

#include <cstdint>
#include <string_view>

namespace parley::http_api {

struct NumberRule {
  std::uint64_t when_absent;
  std::uint64_t largest;
};
[[nodiscard]] std::uint64_t query_number(std::string_view query, std::string_view name, NumberRule rule);

}  // namespace parley::http_api
