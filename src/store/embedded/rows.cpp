#include "store/embedded/rows.hpp"

#include <cstring>

#include "domain/byte_codec.hpp"
#include "store/embedded/layout.hpp"

namespace parley::store::embedded {

namespace {

constexpr std::uint8_t row_version = 1;

BytesView clipped(std::string_view text) {
  return text.substr(0, 0xffff);
}

}  // namespace

Bytes encode_user(const domain::User& user) {
  Bytes value;
  domain::append_u8(value, row_version);
  domain::append_role(value, user.role);
  domain::append_long_bytes(value, clipped(user.email));
  domain::append_long_bytes(value, clipped(user.name));
  return value;
}

Result<domain::User> decode_user(const UserId& id, BytesView value) {
  domain::ByteReader reader(value, "user row");
  reader.expect(reader.u8() == row_version, 1, "version 1");
  domain::User user{.id = id, .role = reader.role(), .email = {}, .name = {}};
  user.email = reader.long_bytes();
  user.name = reader.long_bytes();
  if (auto finished = reader.finish(); !finished) return std::unexpected(std::move(finished.error()));
  return user;
}

// Only the payload may exceed a two-byte length. So it comes last, without one; the row begins with the length of the other parts.
Bytes encode_signalling(const SignallingMessage& message) {
  Bytes head;
  domain::append_u8(head, row_version);
  domain::append_id(head, message.sender);
  domain::append_short_bytes(head, std::string_view(message.type).substr(0, 0xff));
  domain::append_long_bytes(head, clipped(message.user_agent));
  domain::append_long_bytes(head, clipped(message.address));
  domain::append_long_bytes(head, clipped(message.connection_id));
  Bytes value;
  value.reserve(4 + head.size() + message.payload_json.size());
  domain::append_u32(value, static_cast<std::uint32_t>(head.size()));
  return value.append(head).append(message.payload_json);
}

Result<SignallingMessage> decode_signalling(SessionNumber session, BytesView key, BytesView value) {
  domain::ByteReader length_reader(value.substr(0, 4), "signalling row");
  const std::size_t head_bytes = length_reader.u32();
  if (length_reader.failed() || head_bytes > value.size() - 4) return domain::damaged("signalling row", 0, "the length of the head");
  domain::ByteReader reader(value.substr(4, head_bytes), "signalling row");
  reader.expect(reader.u8() == row_version, 1, "version 1");
  SignallingMessage message;
  message.id = id_of_signalling(key);
  message.session = session;
  message.timestamp = time_of_signalling(key);
  message.sender = reader.user_id();
  message.type = reader.short_bytes();
  message.user_agent = reader.long_bytes();
  message.address = reader.long_bytes();
  message.connection_id = reader.long_bytes();
  if (auto finished = reader.finish(); !finished) return std::unexpected(std::move(finished.error()));
  message.payload_json = value.substr(4 + head_bytes);
  return message;
}

Bytes revocation_key(const domain::TokenId& token) {
  return Bytes(revocation_prefix).append(view_of(token));
}

Bytes encode_revocation(const domain::Revocation& revocation) {
  Bytes value;
  domain::append_u8(value, row_version);
  const std::int64_t expires = revocation.expires_at ? revocation.expires_at->time_since_epoch().count() : 0;
  domain::append_u64(value, static_cast<std::uint64_t>(expires));
  return value;
}

Result<domain::Revocation> decode_revocation(BytesView key, BytesView value) {
  domain::Revocation revocation;
  if (key.size() != revocation_prefix.size() + revocation.token.size()) return domain::damaged("revocation row", 0, "a token's id as key");
  std::memcpy(revocation.token.data(), key.data() + revocation_prefix.size(), revocation.token.size());
  domain::ByteReader reader(value, "revocation row");
  reader.expect(reader.u8() == row_version, 1, "version 1");
  const auto expires = static_cast<std::int64_t>(reader.u64());
  if (auto finished = reader.finish(); !finished) return std::unexpected(std::move(finished.error()));
  if (expires != 0) revocation.expires_at = Timestamp{std::chrono::milliseconds{expires}};
  return revocation;
}

Bytes encode_clock_look(const ClockLook& look) {
  Bytes value;
  domain::append_u8(value, row_version);
  domain::append_u64(value, static_cast<std::uint64_t>(look.at.time_since_epoch().count()));
  domain::append_u64(value, static_cast<std::uint64_t>(look.even_since.time_since_epoch().count()));
  return value;
}

Result<ClockLook> decode_clock_look(BytesView value) {
  domain::ByteReader reader(value, "clock row");
  reader.expect(reader.u8() == row_version, 1, "version 1");
  const auto time = [&reader] { return Timestamp{std::chrono::milliseconds{static_cast<std::int64_t>(reader.u64())}}; };
  ClockLook look;
  look.at = time();
  look.even_since = time();
  if (auto finished = reader.finish(); !finished) return std::unexpected(std::move(finished.error()));
  return look;
}

}  // namespace parley::store::embedded
