// Session rows, raw and with a valid checksum: a row that decodes must encode to the same bytes.
#include "domain/session.hpp"
#include "support/fuzz.hpp"

namespace {

void check(parley::BytesView bytes) {
  using parley::fuzz::require;
  const auto row = parley::domain::decode_session_row(bytes);
  if (!row) {
    require(row.error().detail.starts_with("session row"));
    return;
  }
  require(parley::domain::encode_session_row(*row) == bytes);
  require(row->duration_seconds() >= 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const parley::BytesView bytes = parley::fuzz::view(data, size);
  check(bytes);
  parley::Bytes sealed(bytes.substr(0, size < 4 ? size : size - 4));
  parley::domain::append_u32(sealed, parley::crc32c({sealed}));
  check(sealed);
  return 0;
}
