// Whole entries: checks commitment and checksum, encodes one record, removes the body.
#include "base/assert.hpp"
#include "base/hash.hpp"
#include "base/limits.hpp"
#include "domain/byte_codec.hpp"
#include "domain/entry.hpp"
#include "domain/entry_layout.hpp"

namespace parley::domain {
namespace {

static_assert(layout::record_head_bytes == 5, "docs/formats/entry.md");
static_assert(layout::core_seq_offset == 3, "docs/formats/entry.md");

/// Checks version and seq at the start of the core, without decoding the rest.
Result<void> check_place(std::uint32_t seq, BytesView core) {
  ByteReader reader(core.substr(0, layout::core_seq_offset + 4), "core");
  reader.expect(reader.u8() == entry_version, 1, "entry version 2; this build reads no other");
  static_cast<void>(reader.u16());  // kind and flags do not matter for the place
  reader.expect(reader.u32() == seq, 4, "the seq that the entry is kept under");
  return reader.finish();
}

Result<Body> decode_committed_body(BytesView body, const Digest32& commitment) {
  auto decoded = decode_body(body);
  if (decoded && commitment_of(body) != commitment) return damaged("body", 0, "the bytes that the core is committed to");
  return decoded;
}

}  // namespace

Digest32 commitment_of(BytesView body) {
  PARLEY_ASSERT(body.size() >= layout::salt_bytes);
  return hmac_sha256(body.substr(0, layout::salt_bytes), {body.substr(layout::salt_bytes)});
}

Result<Entry> decode_entry(const EncodedEntry& encoded) {
  auto core = decode_core(encoded.core);
  if (!core) return std::unexpected(std::move(core.error()));
  if (core->seq != encoded.seq) return damaged("core", layout::core_seq_offset, "the seq that the entry is kept under");
  auto trailer = decode_trailer(encoded.trailer, encoded.core, encoded.body);
  if (!trailer) return std::unexpected(std::move(trailer.error()));
  Entry entry{std::move(*core), std::nullopt, std::move(*trailer)};
  if (encoded.body.empty()) return entry;
  if (entry.trailer.key_id != 0) return damaged("trailer", sizeof(Digest32), "key id 0; this build reads no encrypted body");

  auto body = decode_committed_body(encoded.body, entry.core.commitment);
  if (!body) return std::unexpected(std::move(body.error()));
  entry.body = std::move(*body);
  return entry;
}

Result<EncodedEntry> emptied(const EncodedEntry& entry) {
  const auto trailer = decode_trailer(entry.trailer, entry.core, entry.body);
  if (!trailer) return std::unexpected(trailer.error());
  return EncodedEntry{entry.seq, entry.core, {}, encode_trailer(*trailer, entry.core, {})};
}

Bytes encode_record(const EncodedEntry& entry) {
  PARLEY_ASSERT(entry.size_bytes() <= limits::entry_bytes_max);
  PARLEY_ASSERT(entry.core.size() <= 0xffff && entry.body.size() <= 0xffff);
  Bytes out;
  out.reserve(layout::record_head_bytes + entry.size_bytes());
  append_u8(out, layout::record_version);
  append_u16(out, static_cast<std::uint16_t>(entry.core.size()));
  append_u16(out, static_cast<std::uint16_t>(entry.body.size()));
  out.append(entry.core);
  out.append(entry.body);
  out.append(entry.trailer);
  return out;
}

std::optional<std::uint8_t> entry_version_of(BytesView record) {
  if (record.size() <= layout::record_head_bytes) return std::nullopt;
  return static_cast<std::uint8_t>(record[layout::record_head_bytes]);
}

Result<EncodedEntry> decode_record(std::uint32_t seq, BytesView record) {
  ByteReader reader(record.substr(0, layout::record_head_bytes), "record");
  reader.expect(reader.u8() == layout::record_version, 1, "record version 1; this build reads no other");
  const std::size_t core_bytes = reader.u16();
  const std::size_t body_bytes = reader.u16();
  if (auto finished = reader.finish(); !finished) return std::unexpected(std::move(finished.error()));
  const BytesView parts = record.substr(layout::record_head_bytes);
  if (parts.size() > limits::entry_bytes_max) return damaged("record", limits::entry_bytes_max, "an entry of at most 64 KiB");
  if (parts.size() < core_bytes + body_bytes) return damaged("record", record.size(), "more bytes");

  EncodedEntry entry{seq, Bytes(parts.substr(0, core_bytes)), Bytes(parts.substr(core_bytes, body_bytes)),
                     Bytes(parts.substr(core_bytes + body_bytes))};
  if (auto placed = check_place(seq, entry.core); !placed) return std::unexpected(std::move(placed.error()));
  if (auto intact = verify_checksum(entry); !intact) return std::unexpected(std::move(intact.error()));
  return entry;
}

}  // namespace parley::domain
