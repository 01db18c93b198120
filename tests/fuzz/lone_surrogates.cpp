// Repairs lone surrogate escapes: the size stays the same, only escapes change, and no lone escape remains.
#include "base/utf8.hpp"
#include "support/fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using parley::fuzz::require;
  const std::string json(parley::fuzz::view(data, size));
  std::string repaired = json;
  parley::repair_lone_surrogate_escapes(repaired);
  require(repaired.size() == json.size());
  std::string again = repaired;
  parley::repair_lone_surrogate_escapes(again);
  require(again == repaired);
  require(parley::is_valid_utf8(json) == parley::is_valid_utf8(repaired));
  return 0;
}
