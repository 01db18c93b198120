// Names, lookups and ids of entries. The bytes are encoded in core_codec.cpp, body_codec.cpp and record_codec.cpp.
#include "domain/entry.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <span>

#include "base/assert.hpp"
#include "base/hash.hpp"
#include "base/limits.hpp"
#include "domain/byte_codec.hpp"

namespace parley::domain {
namespace {

// The id of an entry: seconds ‖ session number ‖ seq.
constexpr std::size_t id_time_bytes = 4;
constexpr std::size_t id_number_bytes = 5;
constexpr std::size_t id_seq_bytes = 3;
static_assert(id_time_bytes + id_number_bytes + id_seq_bytes == sizeof(ObjectId::bytes), "docs/formats/entry.md");
static_assert(limits::seq_max == (1u << (8 * id_seq_bytes)) - 1);

void put_number(std::span<std::uint8_t> bytes, std::uint64_t value) {
  for (std::size_t index = bytes.size(); index-- > 0; value >>= 8) bytes[index] = static_cast<std::uint8_t>(value);
}

std::uint64_t number_of(std::span<const std::uint8_t> bytes) {
  std::uint64_t value = 0;
  for (const std::uint8_t byte : bytes) value = (value << 8) | byte;
  return value;
}

}  // namespace

std::optional<MessageType> parse_message_type(std::string_view name) {
  for (const MessageType type : {MessageType::text, MessageType::system}) {
    if (name_of(type) == name) return type;
  }
  return std::nullopt;
}

std::string_view name_of(MessageType type) {
  switch (type) {
    case MessageType::text:
      return "text";
    case MessageType::system:
      return "system";
  }
  PARLEY_ASSERT(!"a message type that does not exist");
}

std::string_view name_of(EntryKind kind) {
  constexpr auto names = std::to_array<std::string_view>(
      {"unknown", "created", "participant", "text", "deleted", "erased", "hold", "released", "ended", "adopted", "reopened"});
  const auto index = static_cast<std::size_t>(kind);
  return index < names.size() ? names[index] : names[0];
}

const Bytes* Core::extension(ExtensionType type) const {
  const auto found = std::ranges::find(extensions, type, &Extension::type);
  return found == extensions.end() ? nullptr : &found->value;
}

const std::string* Body::attribute(std::string_view name) const {
  const auto found = std::ranges::find(attributes, name, &Attribute::name);
  return found == attributes.end() ? nullptr : &found->value;
}

ObjectId make_entry_id(Timestamp time, SessionNumber session, std::uint32_t seq) {
  PARLEY_ASSERT(session.value < (1ull << (8 * id_number_bytes)) && seq <= limits::seq_max);
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count();
  ObjectId id;
  const std::span bytes(id.bytes);
  put_number(bytes.first(id_time_bytes), static_cast<std::uint64_t>(seconds));
  put_number(bytes.subspan(id_time_bytes, id_number_bytes), session.value);
  put_number(bytes.last(id_seq_bytes), seq);
  return id;
}

EntryAddress address_of(const ObjectId& entry_id) {
  const std::span bytes(entry_id.bytes);
  return {SessionNumber{number_of(bytes.subspan(id_time_bytes, id_number_bytes))},
          static_cast<std::uint32_t>(number_of(bytes.last(id_seq_bytes)))};
}

Key16 idempotency_key(const Secret32& session_secret, const UserId& sender, std::string_view client_message_id) {
  Key16 key{};
  if (client_message_id.empty()) return key;
  Bytes length;
  append_u8(length, static_cast<std::uint8_t>(sender.text().size()));
  const Digest32 code = hmac_sha256(view_of(session_secret), {length, sender.text(), client_message_id});
  std::memcpy(key.data(), code.data(), key.size());
  return key;
}

}  // namespace parley::domain
