#include "http_api/query_numbers.hpp"

#include <algorithm>

#include "api/request.hpp"
#include "http_api/percent.hpp"

namespace parley::http_api {

std::uint64_t query_number(std::string_view query, std::string_view name, NumberRule rule) {
  const auto text = query_value(query, name);
  const auto number = text ? api::leading_integer(*text) : std::nullopt;
  if (!number || *number < 1) return rule.when_absent;
  return std::min(static_cast<std::uint64_t>(*number), rule.largest);
}

}  // namespace parley::http_api
