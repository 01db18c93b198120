// Shared by the fuzz targets of the record formats.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/crc32c.hpp"
#include "domain/byte_codec.hpp"

namespace parley::fuzz {

/// A property that must hold for every input. A violation aborts, because the fuzzer looks for aborts.
inline void require(bool holds) {
  if (!holds) std::abort();
}

inline BytesView view(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

/// The checksum for a trailer whose other bytes are `trailer` (docs/formats/entry.md). With it, damaged bytes reach the decoder.
inline Bytes sealed_trailer(BytesView core, BytesView body, BytesView trailer) {
  Bytes lengths;
  domain::append_u32(lengths, static_cast<std::uint32_t>(core.size()));
  domain::append_u32(lengths, static_cast<std::uint32_t>(body.size()));
  Bytes sealed(trailer);
  domain::append_u32(sealed, crc32c({lengths, core, body, trailer}));
  return sealed;
}

}  // namespace parley::fuzz
