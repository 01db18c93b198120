// Values of typed extensions. A decoder of entries keeps extensions as bytes. The functions here decode one value on demand.
#include "domain/extensions.hpp"

#include "domain/byte_codec.hpp"

namespace parley::domain {
namespace {

/// A reader of the extension's value. If the extension is missing, the reader is empty and the first read fails.
ByteReader reader_of(const Core& core, ExtensionType type, std::string_view name) {
  const Bytes* value = core.extension(type);
  return {value == nullptr ? BytesView() : BytesView(*value), name};
}

template <typename T>
Result<T> finished(ByteReader& reader, T value) {
  if (auto done = reader.finish(); !done) return std::unexpected(std::move(done.error()));
  return value;
}

Result<ObjectId> read_id(const Core& core, ExtensionType type, std::string_view name) {
  ByteReader reader = reader_of(core, type, name);
  const ObjectId id = reader.object_id();
  return finished(reader, id);
}

}  // namespace

Extension target_seq_extension(std::uint32_t seq) {
  Extension extension{ExtensionType::target_seq, {}};
  append_u32(extension.value, seq);
  return extension;
}

Extension target_id_extension(const ObjectId& id) {
  return {ExtensionType::target_id, Bytes(view_of(id.bytes))};
}

Extension participant_extension(const ParticipantChange& change) {
  Extension extension{ExtensionType::participant, {}};
  append_u8(extension.value, static_cast<std::uint8_t>(change.kind));
  append_id(extension.value, change.participant.user);
  append_role(extension.value, change.participant.role);
  return extension;
}

Extension original_time_extension(Timestamp time) {
  Extension extension{ExtensionType::original_time, {}};
  append_time(extension.value, time);
  return extension;
}

Extension adopted_id_extension(const ObjectId& id) {
  return {ExtensionType::adopted_id, Bytes(view_of(id.bytes))};
}

Result<std::uint32_t> read_target_seq(const Core& core) {
  ByteReader reader = reader_of(core, ExtensionType::target_seq, "extension target_seq");
  const std::uint32_t seq = reader.u32();
  reader.expect(seq >= 1 && seq < core.seq, 4, "the seq of an earlier entry");
  return finished(reader, seq);
}

Result<ObjectId> read_target_id(const Core& core) {
  return read_id(core, ExtensionType::target_id, "extension target_id");
}

Result<ParticipantChange> read_participant_change(const Core& core) {
  ByteReader reader = reader_of(core, ExtensionType::participant, "extension participant");
  const std::uint8_t kind = reader.u8();
  reader.expect(kind >= 1 && kind <= 3, 1, "change 1, 2 or 3");
  const UserId user = reader.user_id();
  ParticipantChange change{static_cast<ParticipantChangeKind>(kind), {user, reader.role()}};
  return finished(reader, std::move(change));
}

Result<Timestamp> read_original_time(const Core& core) {
  ByteReader reader = reader_of(core, ExtensionType::original_time, "extension original_time");
  const Timestamp time = reader.time();
  return finished(reader, time);
}

Result<ObjectId> read_adopted_id(const Core& core) {
  return read_id(core, ExtensionType::adopted_id, "extension adopted_id");
}

Result<ObjectId> id_for_clients(const Core& core) {
  return (core.flags & flag_adopted) != 0 ? read_adopted_id(core) : core.id;
}

Result<Timestamp> time_for_clients(const Core& core) {
  return (core.flags & flag_adopted) != 0 ? read_original_time(core) : core.timestamp;
}

}  // namespace parley::domain
