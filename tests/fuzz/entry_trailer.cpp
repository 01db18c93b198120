// Trailers, raw and with a valid checksum: a trailer that decodes must encode to the same bytes.
#include "domain/entry.hpp"
#include "support/fuzz.hpp"

namespace {

constexpr parley::BytesView core = "core";
constexpr parley::BytesView body = "body";

void check(parley::BytesView bytes) {
  using parley::fuzz::require;
  const auto trailer = parley::domain::decode_trailer(bytes, core, body);
  if (!trailer) {
    require(trailer.error().detail.starts_with("trailer, offset "));
    return;
  }
  require(trailer->counters.deletions <= trailer->counters.texts_ever);
  require(parley::domain::encode_trailer(*trailer, core, body) == bytes);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const parley::BytesView bytes = parley::fuzz::view(data, size);
  check(bytes);
  check(parley::fuzz::sealed_trailer(core, body, bytes.substr(0, size < 4 ? size : size - 4)));
  return 0;
}
