#include "store/embedded/layout.hpp"

#include <algorithm>
#include <cstring>

#include "base/assert.hpp"
#include "domain/byte_codec.hpp"

namespace parley::store::embedded {

namespace {

constexpr char pair_tag = 'p';
constexpr char user_tag = 'u';

void append_seq(Bytes& out, std::uint32_t seq) {
  PARLEY_ASSERT(seq < (1u << 24));
  for (int shift = 16; shift >= 0; shift -= 8) out.push_back(static_cast<char>(seq >> shift));
}

std::uint64_t inverted(Timestamp time) {
  return ~static_cast<std::uint64_t>(time.time_since_epoch().count());
}

ObjectId inverted(ObjectId id) {
  for (std::uint8_t& byte : id.bytes) byte = static_cast<std::uint8_t>(~byte);
  return id;
}

}  // namespace

Bytes session_prefix(SessionNumber session) {
  Bytes key;
  domain::append_u40(key, session.value);
  return key;
}

Bytes prefix_end(BytesView prefix) {
  Bytes end(prefix);
  while (!end.empty() && static_cast<std::uint8_t>(end.back()) == 0xff) end.pop_back();
  if (end.empty()) return Bytes(prefix).append(64, '\xff');  // no key of this store is that long
  ++end.back();
  return end;
}

Bytes log_key(SessionNumber session, std::uint32_t seq) {
  Bytes key = session_prefix(session);
  append_seq(key, seq);
  return key;
}

std::uint32_t seq_of(BytesView log_key) {
  PARLEY_ASSERT(log_key.size() == log_key_bytes);
  return decode_seq(log_key.substr(session_prefix_bytes));
}

Bytes idempotency_key(SessionNumber session, const Key16& key) {
  return session_prefix(session).append(view_of(key));
}

Bytes encode_seq(std::uint32_t seq) {
  Bytes value;
  append_seq(value, seq);
  return value;
}

std::uint32_t decode_seq(BytesView value) {
  if (value.size() != 3) return 0;
  const auto byte = [value](std::size_t index) { return static_cast<std::uint32_t>(static_cast<std::uint8_t>(value[index])); };
  return byte(0) << 16 | byte(1) << 8 | byte(2);
}

Bytes pairs_prefix() {
  return Bytes(1, pair_tag);
}

Bytes pair_prefix(const UserId& doctor, const UserId& patient) {
  Bytes key(1, pair_tag);
  domain::append_id(key, doctor);
  domain::append_id(key, patient);
  return key;
}

Bytes pair_key(const UserId& doctor, const UserId& patient, const SessionId& session) {
  return pair_prefix(doctor, patient).append(session.text());
}

Bytes user_prefix(const UserId& user) {
  Bytes key(1, user_tag);
  domain::append_id(key, user);
  return key;
}

Bytes user_session_key(const UserId& user, Timestamp created_at, const SessionId& session) {
  Bytes key = user_prefix(user);
  domain::append_u64(key, inverted(created_at));
  return key.append(session.text());
}

Result<SessionId> session_at_end_of(BytesView open_sessions_key) {
  domain::ByteReader reader(open_sessions_key, "key of an open session");
  const char tag = static_cast<char>(reader.u8());
  static_cast<void>(reader.user_id());
  if (tag == pair_tag)
    static_cast<void>(reader.user_id());
  else
    static_cast<void>(reader.u64());
  const BytesView rest = reader.rest();
  const auto session = SessionId::parse(rest);
  reader.expect(session.has_value(), rest.size(), "a session id");
  if (auto finished = reader.finish(); !finished) return std::unexpected(std::move(finished.error()));
  return *session;
}

Bytes signalling_key(SessionNumber session, Timestamp time, const ObjectId& id) {
  Bytes key = session_prefix(session);
  domain::append_u64(key, inverted(time));
  return key.append(view_of(inverted(id).bytes));
}

Timestamp time_of_signalling(BytesView signalling_key) {
  PARLEY_ASSERT(signalling_key.size() == signalling_key_bytes);
  std::uint64_t value = 0;
  for (const char byte : signalling_key.substr(session_prefix_bytes, 8)) value = value << 8 | static_cast<std::uint8_t>(byte);
  return Timestamp{std::chrono::milliseconds{static_cast<std::int64_t>(~value)}};
}

ObjectId id_of_signalling(BytesView signalling_key) {
  PARLEY_ASSERT(signalling_key.size() == signalling_key_bytes);
  ObjectId id;
  std::memcpy(id.bytes.data(), signalling_key.data() + session_prefix_bytes + 8, id.bytes.size());
  return inverted(id);
}

}  // namespace parley::store::embedded
