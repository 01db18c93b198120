// Texts of clients: an accepted text obeys every rule of docs/api-contract.md §4.1, and is accepted again without a change.
#include "base/json_writer.hpp"
#include "base/limits.hpp"
#include "base/utf8.hpp"
#include "domain/validation.hpp"
#include "support/fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace parley;
  using fuzz::require;
  const std::string text(fuzz::view(data, size));
  const auto accepted = domain::accept_message({domain::TextField::State::text, text});
  if (!accepted) return 0;
  require(is_valid_utf8(*accepted) && !domain::is_blank(*accepted));
  const auto fits = domain::require_length(*accepted, limits::message_utf16_units_max);
  require(fits.has_value() == (utf16_length(*accepted) <= limits::message_utf16_units_max));
  require(!fits || accepted->size() <= limits::message_bytes_max);
  require(code_point_count(*accepted) <= utf16_length(*accepted));
  require(domain::sanitised(*accepted) == *accepted);
  require(domain::accept_message({domain::TextField::State::text, *accepted}) == *accepted);
  std::string json;
  append_json_string(json, *accepted);
  require(is_valid_utf8(json) && json.size() >= accepted->size() + 2);
  return 0;
}
