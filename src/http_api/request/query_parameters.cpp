#include "http_api/request/query_parameters.hpp"

#include <algorithm>

#include "api/request.hpp"
#include "base/assert.hpp"
#include "http_api/request/percent.hpp"

namespace parley::http_api {

std::uint64_t query_number(std::string_view query, const QueryParameter& parameter) {
  PARLEY_ASSERT(parameter.foreign == Foreign::clamped);
  const auto text = query_value(query, parameter.name);
  const auto number = text ? api::leading_integer(*text) : std::nullopt;
  if (!number || *number < 1) return parameter.when_absent;
  return std::min(static_cast<std::uint64_t>(*number), parameter.largest);
}

}  // namespace parley::http_api
