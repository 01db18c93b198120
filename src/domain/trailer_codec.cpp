// Encodes and decodes the trailer: docs/formats/entry.md, "Trailer". Its checksum covers the whole entry including the lengths of core and
// body. So a byte that moves from one part to the next is detected.
#include <limits>
#include <utility>

#include "base/assert.hpp"
#include "base/crc32c.hpp"
#include "base/limits.hpp"
#include "domain/byte_codec.hpp"
#include "domain/entry.hpp"
#include "domain/entry_layout.hpp"

namespace parley::domain {
namespace {

static_assert(layout::trailer_fixed_bytes == 62, "docs/formats/entry.md");

/// A missing time is written as a number that no storable time has (`is_storable`).
constexpr std::uint64_t no_time = std::numeric_limits<std::uint64_t>::max();

std::size_t encoded_size(const Trailer& trailer) {
  std::size_t size_bytes = layout::trailer_fixed_bytes;
  for (const RoleCounter& counter : trailer.counters.roles) {
    size_bytes += layout::role_counter_fixed_bytes + counter.role.name.size();
  }
  return size_bytes;
}

std::uint32_t checksum_of(BytesView core, BytesView body, BytesView trailer_without_checksum) {
  Bytes lengths;  // eight bytes, so it never allocates
  append_u32(lengths, static_cast<std::uint32_t>(core.size()));
  append_u32(lengths, static_cast<std::uint32_t>(body.size()));
  return crc32c({lengths, core, body, trailer_without_checksum});
}

void append_optional_time(Bytes& out, const std::optional<Timestamp>& time) {
  if (time) {
    append_time(out, *time);
  } else {
    append_u64(out, no_time);
  }
}

std::optional<Timestamp> read_optional_time(ByteReader& reader) {
  const std::uint64_t value = reader.u64();
  if (value == no_time) return std::nullopt;
  const Timestamp time{std::chrono::milliseconds{static_cast<std::int64_t>(value)}};
  reader.expect(is_storable(time), 8, "no time, or one between 1970 and 9999");
  return time;
}

void append_counters(Bytes& out, const Counters& counters) {
  PARLEY_ASSERT(counters.deletions <= counters.texts_ever);
  PARLEY_ASSERT(counters.roles.size() <= limits::participants_max);
  append_u32(out, counters.texts_ever);
  append_u32(out, counters.deletions);
  append_optional_time(out, counters.first_live_text);
  append_optional_time(out, counters.last_live_text);
  append_u8(out, static_cast<std::uint8_t>(counters.roles.size()));
  for (const RoleCounter& counter : counters.roles) {
    PARLEY_ASSERT(counter.live_texts <= limits::seq_max);
    append_role(out, counter.role);
    append_u32(out, static_cast<std::uint32_t>(counter.live_texts));
    append_u64(out, counter.live_code_points);
  }
}

Counters read_counters(ByteReader& reader) {
  Counters counters;
  counters.texts_ever = reader.u32();
  counters.deletions = reader.u32();
  reader.expect(counters.texts_ever <= limits::seq_max, 8, "at most 16777215 texts");
  reader.expect(counters.deletions <= counters.texts_ever, 4, "no more deletions than texts");
  counters.first_live_text = read_optional_time(reader);
  counters.last_live_text = read_optional_time(reader);
  const std::uint8_t count = reader.u8();
  reader.expect(count <= limits::participants_max, 1, "at most 64 roles");
  for (std::uint8_t index = 0; index < count && !reader.failed(); ++index) {
    RoleCounter counter;
    counter.role = reader.role();
    counter.live_texts = reader.u32();
    reader.expect(counter.live_texts <= limits::seq_max, 4, "at most 16777215 texts");
    counter.live_code_points = reader.u64();
    counters.roles.push_back(std::move(counter));
  }
  return counters;
}

/// Checks size and checksum of the entry whose trailer is `bytes`.
Result<void> check_whole(BytesView bytes, BytesView core, BytesView body) {
  if (core.size() + body.size() + bytes.size() > limits::entry_bytes_max) {
    return damaged("trailer", 0, "an entry of at most 64 KiB");
  }
  if (bytes.size() < layout::trailer_fixed_bytes) return damaged("trailer", bytes.size(), "at least 62 bytes");
  const std::size_t checksum_offset = bytes.size() - layout::checksum_bytes;
  ByteReader reader(bytes.substr(checksum_offset), "trailer");
  const bool is_intact = reader.u32() == checksum_of(core, body, bytes.substr(0, checksum_offset));
  if (!is_intact) return damaged("trailer", checksum_offset, "the checksum of core, body and trailer");
  return {};
}

}  // namespace

Bytes encode_trailer(const Trailer& trailer, BytesView core, BytesView body, Bytes memory) {
  Bytes out = empty_bytes(std::move(memory), encoded_size(trailer));
  append_array(out, trailer.digest);
  append_u8(out, trailer.key_id);
  append_counters(out, trailer.counters);
  append_u32(out, checksum_of(core, body, out));
  PARLEY_ASSERT(out.size() == encoded_size(trailer));
  return out;
}

Result<Trailer> decode_trailer(BytesView bytes, BytesView core, BytesView body) {
  if (auto intact = check_whole(bytes, core, body); !intact) return std::unexpected(std::move(intact.error()));
  ByteReader reader(bytes.substr(0, bytes.size() - layout::checksum_bytes), "trailer");
  Trailer trailer;
  trailer.digest = reader.array<32>();
  trailer.key_id = reader.u8();
  trailer.counters = read_counters(reader);
  if (auto finished = reader.finish(); !finished) return std::unexpected(std::move(finished.error()));
  return trailer;
}

Result<void> verify_checksum(const EncodedEntry& entry) {
  return check_whole(entry.trailer, entry.core, entry.body);
}

}  // namespace parley::domain
