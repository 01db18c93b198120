// Every short text that is parsed into a value: ids, positions, times, hexadecimal and base64. A parsed value must be written as the same
// text again, where the value has only one text.
#include "base/clock.hpp"
#include "base/ids.hpp"
#include "domain/position.hpp"
#include "domain/role.hpp"
#include "support/fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace parley;
  using fuzz::require;
  const std::string_view text = fuzz::view(data, size);
  if (const auto id = ObjectId::parse(text)) require(ObjectId::parse(id->to_string()) == id);
  if (const auto id = UserId::parse(text)) require(UserId::parse(id->to_string()) == id);
  if (const auto id = SessionId::parse(text)) require(id->to_string() == text);
  if (const auto position = domain::Position::parse(text)) require(position->to_string() == text);
  if (const auto time = parse_iso8601(text)) require(to_iso8601(*time).size() == 24);
  if (const auto bytes = from_hex(text)) require(from_hex(to_hex(*bytes)) == bytes && bytes->size() * 2 == size);
  if (const auto bytes = from_base64(text)) require(to_base64(*bytes).starts_with(text));
  if (const auto bytes = from_base64url(text)) require(to_base64url(*bytes) == text);
  if (domain::is_role_name(text)) require(size <= 15);
  require(from_base64(to_base64(text)) == text && from_base64url(to_base64url(text)) == text && from_hex(to_hex(text)) == text);
  return 0;
}
