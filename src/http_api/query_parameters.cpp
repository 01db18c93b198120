#include "http_api/query_parameters.hpp"

#include <algorithm>
#include <charconv>

#include "api/request.hpp"
#include "base/assert.hpp"
#include "domain/error_code.hpp"
#include "http_api/percent.hpp"

namespace parley::http_api {

std::uint64_t query_number(std::string_view query, const QueryParameter& parameter) {
  PARLEY_ASSERT(parameter.foreign == Foreign::clamped);
  const auto text = query_value(query, parameter.name);
  const auto number = text ? api::leading_integer(*text) : std::nullopt;
  if (!number || *number < 1) return parameter.when_absent;
  return std::min(static_cast<std::uint64_t>(*number), parameter.largest);
}

Result<std::uint64_t> strict_query_number(std::string_view query, const QueryParameter& parameter) {
  PARLEY_ASSERT(parameter.foreign == Foreign::refused);
  const auto text = query_value(query, parameter.name);
  if (!text) return parameter.when_absent;
  std::uint64_t number = 0;
  const auto* end = text->data() + text->size();
  const auto parsed = std::from_chars(text->data(), end, number);
  const bool is_accepted = parsed.ec == std::errc() && parsed.ptr == end && number >= 1 && number <= parameter.largest;
  if (!is_accepted) return refuse(ErrorCode::invalid_argument, "Invalid " + std::string(parameter.name));
  return number;
}

}  // namespace parley::http_api
