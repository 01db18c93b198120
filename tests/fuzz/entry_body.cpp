// Bodies: a body that decodes must encode to the same bytes.
#include "domain/entry.hpp"
#include "support/fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace parley;
  const BytesView bytes = fuzz::view(data, size);
  const auto body = domain::decode_body(bytes);
  if (!body) {
    fuzz::require(body.error().detail.starts_with("body, offset "));
    return 0;
  }
  fuzz::require(domain::encode_body(*body) == bytes);
  return 0;
}
