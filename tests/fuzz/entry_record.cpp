// Records, raw and with a valid checksum: a record that decodes encodes to the same bytes, can be emptied, and fits only its place.
#include "domain/chain.hpp"
#include "domain/entry.hpp"
#include "support/fuzz.hpp"

namespace {

using namespace parley;
using namespace parley::domain;
using fuzz::require;

/// The seq in the bytes of the core. Most inputs then pass the first check.
std::uint32_t claimed_seq(BytesView record) {
  constexpr std::size_t seq_offset = 5 + 3;
  std::uint32_t seq = 0;
  for (std::size_t offset = seq_offset; offset < seq_offset + 4 && offset < record.size(); ++offset) {
    seq = (seq << 8) | static_cast<std::uint8_t>(record[offset]);
  }
  return seq;
}

void check(std::uint32_t seq, BytesView record) {
  const auto encoded = decode_record(seq, record);
  if (!encoded) return;
  require(encoded->seq == seq && encode_record(*encoded) == record);
  static_cast<void>(verify_link(genesis({}), *encoded));  // must not crash; the result does not matter
  const auto entry = decode_entry(*encoded);
  const auto empty = emptied(*encoded);
  if (!entry) return;
  require(entry->core.seq == seq && entry->body.has_value() == !encoded->body.empty());
  require(empty && empty->body.empty() && empty->core == encoded->core);
  const auto left = decode_entry(*empty);
  require(left && left->core == entry->core && left->trailer == entry->trailer && !left->body);
}

/// The record with a valid checksum, if its lengths leave room for one.
Bytes sealed(BytesView record) {
  if (record.size() < 9) return Bytes(record);
  const auto length_at = [record](std::size_t offset) {
    return static_cast<std::size_t>(static_cast<std::uint8_t>(record[offset])) << 8 | static_cast<std::uint8_t>(record[offset + 1]);
  };
  const BytesView parts = record.substr(5, record.size() - 9);
  const std::size_t core_size = length_at(1);
  const std::size_t body_size = length_at(3);
  if (core_size + body_size > parts.size()) return Bytes(record);
  const BytesView core = parts.substr(0, core_size);
  const BytesView body = parts.substr(core_size, body_size);
  return Bytes(record.substr(0, 5 + core_size + body_size)) + fuzz::sealed_trailer(core, body, parts.substr(core_size + body_size));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const BytesView record = fuzz::view(data, size);
  check(claimed_seq(record), record);
  check(claimed_seq(record), sealed(record));
  check(7, record);
  return 0;
}
