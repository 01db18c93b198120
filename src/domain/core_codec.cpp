// Encodes and decodes the core: docs/formats/entry.md, "Core". A core that decodes encodes to the same bytes again.
#include <utility>

#include "base/assert.hpp"
#include "base/limits.hpp"
#include "domain/byte_codec.hpp"
#include "domain/entry.hpp"
#include "domain/entry_layout.hpp"

namespace parley::domain {
namespace {

static_assert(layout::core_fixed_bytes == 79, "docs/formats/entry.md");
static_assert(limits::extension_bytes_max <= 0xffff);

std::size_t encoded_size(const Core& core) {
  std::size_t size_bytes = layout::core_fixed_bytes + core.sender.text().size() + core.sender_role.name.size();
  for (const Extension& extension : core.extensions) size_bytes += layout::extension_head_bytes + extension.value.size();
  return size_bytes;
}

void append_extensions(Bytes& out, const std::vector<Extension>& extensions) {
  PARLEY_ASSERT(extensions.size() <= 0xffff);
  append_u16(out, static_cast<std::uint16_t>(extensions.size()));
  const Extension* previous = nullptr;
  for (const Extension& extension : extensions) {
    PARLEY_ASSERT(previous == nullptr || previous->type < extension.type);
    PARLEY_ASSERT(extension.value.size() <= limits::extension_bytes_max);
    append_u16(out, static_cast<std::uint16_t>(extension.type));
    append_long_bytes(out, extension.value);
    previous = &extension;
  }
}

void read_extensions(ByteReader& reader, std::vector<Extension>& extensions) {
  const std::uint16_t count = reader.u16();
  for (std::uint16_t index = 0; index < count && !reader.failed(); ++index) {
    const auto type = static_cast<ExtensionType>(reader.u16());
    reader.expect(extensions.empty() || extensions.back().type < type, 2, "extension types in ascending order, each once");
    const BytesView value = reader.long_bytes();
    reader.expect(value.size() <= limits::extension_bytes_max, value.size(), "an extension of at most 32 KiB");
    if (!reader.failed()) extensions.push_back({type, Bytes(value)});
  }
}

}  // namespace

Bytes encode_core(const Core& core, Bytes memory) {
  PARLEY_ASSERT(core.version == entry_version);
  PARLEY_ASSERT(core.seq >= 1 && core.seq <= limits::seq_max);
  PARLEY_ASSERT(static_cast<std::uint8_t>(core.kind) != 0);
  Bytes out = empty_bytes(std::move(memory), encoded_size(core));
  append_u8(out, core.version);
  append_u8(out, static_cast<std::uint8_t>(core.kind));
  append_u8(out, core.flags);
  append_u32(out, core.seq);
  append_array(out, core.id.bytes);
  append_time(out, core.timestamp);
  append_id(out, core.sender);
  append_role(out, core.sender_role);
  append_array(out, core.key);
  append_array(out, core.commitment);
  append_extensions(out, core.extensions);
  PARLEY_ASSERT(out.size() == encoded_size(core));
  return out;
}

Result<Core> decode_core(BytesView bytes) {
  if (bytes.size() > limits::entry_bytes_max) return damaged("core", limits::entry_bytes_max, "an entry of at most 64 KiB");
  ByteReader reader(bytes, "core");
  Core core;
  core.version = reader.u8();
  reader.expect(core.version == entry_version, 1, "entry version 2; this build reads no other");
  core.kind = static_cast<EntryKind>(reader.u8());
  reader.expect(static_cast<std::uint8_t>(core.kind) != 0, 1, "a kind, which is never 0");
  core.flags = reader.u8();
  core.seq = reader.u32();
  reader.expect(core.seq >= 1 && core.seq <= limits::seq_max, 4, "a seq between 1 and 16777215");
  core.id = reader.object_id();
  core.timestamp = reader.time();
  core.sender = reader.user_id_or_server();
  core.sender_role = reader.role();
  core.key = reader.array<16>();
  core.commitment = reader.array<32>();
  read_extensions(reader, core.extensions);
  if (auto finished = reader.finish(); !finished) return std::unexpected(std::move(finished.error()));
  return core;
}

}  // namespace parley::domain
