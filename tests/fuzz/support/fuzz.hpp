// What the fuzz targets of the record formats share.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/crc32c.hpp"
#include "domain/byte_codec.hpp"

namespace parley::fuzz {

/// A property that must hold for every input. Aborts, which is what a fuzzer looks for.
inline void require(bool holds) {
  if (!holds) std::abort();
}

inline BytesView view(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

/// The checksum of a trailer whose other bytes are `trailer`, as docs/formats/entry.md says: with it, damage reaches the decoder behind it.
inline Bytes sealed_trailer(BytesView core, BytesView body, BytesView trailer) {
  Bytes lengths;
  domain::append_u32(lengths, static_cast<std::uint32_t>(core.size()));
  domain::append_u32(lengths, static_cast<std::uint32_t>(body.size()));
  Bytes sealed(trailer);
  domain::append_u32(sealed, crc32c({lengths, core, body, trailer}));
  return sealed;
}

}  // namespace parley::fuzz
