#include "auth/jwt/token_json.hpp"

#include <simdjson.h>

#include "base/number_relaxation.hpp"
#include "base/utf8.hpp"

namespace parley::auth {

std::optional<simdjson::dom::object> parse_token_json(std::string json) {
  thread_local simdjson::dom::parser parser;
  repair_lone_surrogate_escapes(json, "0000");
  simdjson::dom::object object;
  auto error = parser.parse(json).get(object);
  if (error == simdjson::NUMBER_ERROR && round_numbers(json)) error = parser.parse(json).get(object);
  return error == simdjson::SUCCESS ? std::optional(object) : std::nullopt;
}

}  // namespace parley::auth
