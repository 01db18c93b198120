#include "auth/jwt/readable_json.hpp"

#include "base/number_relaxation.hpp"
#include "base/utf8.hpp"

namespace parley::auth {

std::string readable_json(std::string json) {
  repair_lone_surrogate_escapes(json, "0000");
  static_cast<void>(round_numbers(json));  // a malformed number stays: the parser refuses it
  return json;
}

}  // namespace parley::auth
