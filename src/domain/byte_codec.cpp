// Writes big-endian numbers byte by byte. The compiler turns this into one swap and one store on every machine.
#include "domain/byte_codec.hpp"

#include "base/assert.hpp"
#include "base/limits.hpp"
#include "domain/error_code.hpp"

namespace parley::domain {
namespace {

template <std::size_t SizeBytes>
void append_number(Bytes& out, std::uint64_t value) {
  std::array<char, SizeBytes> bytes;
  for (std::size_t index = SizeBytes; index-- > 0; value >>= 8) bytes[index] = static_cast<char>(value & 255);
  out.append(bytes.data(), SizeBytes);
}

}  // namespace

Bytes empty_bytes(Bytes memory, std::size_t size_bytes) {
  memory.clear();
  memory.reserve(size_bytes);
  return memory;
}

void append_u8(Bytes& out, std::uint8_t value) {
  out.push_back(static_cast<char>(value));
}
void append_u16(Bytes& out, std::uint16_t value) {
  append_number<2>(out, value);
}
void append_u32(Bytes& out, std::uint32_t value) {
  append_number<4>(out, value);
}
void append_u64(Bytes& out, std::uint64_t value) {
  append_number<8>(out, value);
}

void append_u40(Bytes& out, std::uint64_t value) {
  PARLEY_ASSERT(value < (1ull << 40));
  append_number<5>(out, value);
}

void append_time(Bytes& out, Timestamp time) {
  PARLEY_ASSERT(is_storable(time));
  append_u64(out, static_cast<std::uint64_t>(time.time_since_epoch().count()));
}

void append_short_bytes(Bytes& out, BytesView bytes) {
  PARLEY_ASSERT(bytes.size() <= 0xff);
  append_u8(out, static_cast<std::uint8_t>(bytes.size()));
  out.append(bytes);
}

void append_long_bytes(Bytes& out, BytesView bytes) {
  PARLEY_ASSERT(bytes.size() <= 0xffff);
  append_u16(out, static_cast<std::uint16_t>(bytes.size()));
  out.append(bytes);
}

void append_role(Bytes& out, const Role& role) {
  PARLEY_ASSERT(role.name.empty() || is_role_name(role.name));
  append_short_bytes(out, role.name);
}

void append_id(Bytes& out, const TextId& id) {
  append_short_bytes(out, id.text());
}

bool is_storable(Timestamp time) {
  constexpr Timestamp last = std::chrono::sys_days{std::chrono::year{10'000} / 1 / 1} - std::chrono::milliseconds{1};
  return time >= Timestamp{} && time <= last;
}

BytesView ByteReader::take(std::size_t size_bytes) {
  if (failed_) return {};
  if (bytes_.size() - offset_ < size_bytes) {
    expect(false, 0, "more bytes");
    return {};
  }
  const BytesView taken = bytes_.substr(offset_, size_bytes);
  offset_ += size_bytes;
  return taken;
}

std::uint64_t ByteReader::number(std::size_t size_bytes) {
  std::uint64_t value = 0;
  for (const char byte : take(size_bytes)) value = (value << 8) | static_cast<std::uint8_t>(byte);
  return value;
}

std::uint8_t ByteReader::u8() {
  return static_cast<std::uint8_t>(number(1));
}
std::uint16_t ByteReader::u16() {
  return static_cast<std::uint16_t>(number(2));
}
std::uint32_t ByteReader::u32() {
  return static_cast<std::uint32_t>(number(4));
}
std::uint64_t ByteReader::u40() {
  return number(5);
}
std::uint64_t ByteReader::u64() {
  return number(8);
}

Timestamp ByteReader::time() {
  const Timestamp time{std::chrono::milliseconds{static_cast<std::int64_t>(u64())}};
  expect(is_storable(time), 8, "a time between 1970 and 9999");
  return failed_ ? Timestamp{} : time;
}

Role ByteReader::role() {
  const BytesView name = short_bytes();
  expect(name.empty() || is_role_name(name), name.size(), "a role of at most 15 characters of a-z, 0-9, _ and -");
  return failed_ ? Role{} : Role{std::string(name)};
}

SessionId ByteReader::session_id() {
  const BytesView text = short_bytes();
  const auto id = SessionId::parse(text);
  expect(id.has_value(), text.size(), "a session id: 1 to 64 bytes of UTF-8 without control characters");
  return id.value_or(SessionId());
}

UserId ByteReader::user_id() {
  const BytesView text = short_bytes();
  const auto id = UserId::parse(text);
  expect(id && id->text() == text, text.size(),
         "a user id: 1 to 64 bytes of UTF-8 without control characters, hexadecimal ones in lower case");
  return id.value_or(UserId());
}

UserId ByteReader::user_id_or_server() {
  const bool is_server = !failed_ && offset_ < bytes_.size() && bytes_[offset_] == 0;
  if (!is_server) return user_id();
  static_cast<void>(u8());
  return {};
}

BytesView ByteReader::short_bytes() {
  return take(u8());
}
BytesView ByteReader::long_bytes() {
  return take(u16());
}

BytesView ByteReader::rest() {
  return take(bytes_.size() - offset_);
}

void ByteReader::expect(bool holds, std::size_t back, std::string_view expected) {
  if (holds || failed_) return;
  failed_ = true;
  failed_offset_ = offset_ - back;
  expected_ = expected;
}

Result<void> ByteReader::finish() {
  expect(offset_ == bytes_.size(), 0, "the end");
  if (failed_) return damaged(what_, failed_offset_, expected_);
  return {};
}

std::unexpected<Error> damaged(std::string_view what, std::size_t offset, std::string_view expected) {
  std::string detail(what);
  detail += ", offset ";
  detail += std::to_string(offset);
  detail += ": expected ";
  detail += expected;
  return refuse(ErrorCode::log_corrupt, "The record of this session is damaged", std::move(detail));
}

}  // namespace parley::domain
