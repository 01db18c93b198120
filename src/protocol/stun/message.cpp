#include "protocol/stun/message.hpp"

#include <algorithm>

#include "base/assert.hpp"
#include "base/hash.hpp"
#include "base/limits.hpp"

namespace parley::protocol::stun {

namespace {

constexpr std::uint32_t magic_cookie = 0x2112a442;
constexpr std::size_t attribute_head_bytes = 4;
constexpr std::size_t integrity_bytes = 20;  // HMAC-SHA1
constexpr std::size_t fingerprint_bytes = 4;
constexpr std::uint32_t fingerprint_mask = 0x5354554e;  // "STUN"

std::uint8_t byte_at(BytesView bytes, std::size_t offset) {
  return static_cast<std::uint8_t>(bytes[offset]);
}
std::uint16_t u16_at(BytesView bytes, std::size_t offset) {
  return static_cast<std::uint16_t>(byte_at(bytes, offset) << 8 | byte_at(bytes, offset + 1));
}
std::uint32_t u32_at(BytesView bytes, std::size_t offset) {
  return static_cast<std::uint32_t>(u16_at(bytes, offset)) << 16 | u16_at(bytes, offset + 2);
}
void append_u16(Bytes& out, std::uint32_t value) {
  out.push_back(static_cast<char>(value >> 8));
  out.push_back(static_cast<char>(value));
}
void append_u32(Bytes& out, std::uint32_t value) {
  append_u16(out, value >> 16);
  append_u16(out, value);
}

std::size_t padded(std::size_t size) {
  return (size + 3) / 4 * 4;
}

/// The two bits of the class are placed between the bits of the method (§5, figure 3).
std::uint16_t type_of(Class message_class, Method method) {
  const auto m = static_cast<std::uint16_t>(method);
  const auto c = static_cast<std::uint16_t>(message_class);
  return static_cast<std::uint16_t>((m & 0xf80) << 2 | (m & 0x070) << 1 | (m & 0x00f) | (c & 2) << 7 | (c & 1) << 4);
}
Class class_of(std::uint16_t type) {
  return static_cast<Class>((type >> 7 & 2) | (type >> 4 & 1));
}
Method method_of(std::uint16_t type) {
  return static_cast<Method>((type >> 2 & 0xf80) | (type >> 1 & 0x070) | (type & 0x00f));
}

/// CRC-32 of ISO 3309, as in ITU V.42 and zip. Messages are rare, so a computation bit by bit is fast enough.
std::uint32_t crc32(BytesView bytes) {
  constexpr std::uint32_t reflected_polynomial = 0xedb88320;
  std::uint32_t crc = 0xffffffff;
  for (const char byte : bytes) {
    crc ^= static_cast<std::uint8_t>(byte);
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? reflected_polynomial : 0);
  }
  return ~crc;
}

/// The message before `offset`, with the length that it has when an attribute of `size` bytes is the last one.
Bytes ended_by(BytesView bytes, std::size_t offset, std::size_t size) {
  Bytes covered(bytes.substr(0, offset));
  const std::size_t length = offset - header_bytes + attribute_head_bytes + size;
  covered[2] = static_cast<char>(length >> 8);
  covered[3] = static_cast<char>(length);
  return covered;
}

std::size_t offset_of(const Message& message, const Attribute& attribute) {
  return static_cast<std::size_t>(attribute.value.data() - message.bytes.data()) - attribute_head_bytes;
}

std::optional<DecodeError> fault_of_header(BytesView datagram) {
  if (datagram.size() < header_bytes) return DecodeError{datagram.size(), "shorter than a header"};
  if (datagram.size() > limits::stun_message_bytes_max) return DecodeError{limits::stun_message_bytes_max, "too long"};
  if ((byte_at(datagram, 0) & 0xc0) != 0) return DecodeError{0, "the first two bits are not zero"};
  if (u32_at(datagram, 4) != magic_cookie) return DecodeError{4, "not the magic cookie"};
  const std::size_t length = u16_at(datagram, 2);
  if (length % 4 != 0 || length != datagram.size() - header_bytes) return DecodeError{2, "not the length of what follows"};
  return std::nullopt;
}

std::optional<DecodeError> fault_of_fingerprint(BytesView datagram, std::size_t offset, BytesView value) {
  if (value.size() != fingerprint_bytes || offset + attribute_head_bytes + fingerprint_bytes != datagram.size())
    return DecodeError{offset, "a fingerprint that is not the last four bytes"};
  if ((crc32(datagram.substr(0, offset)) ^ fingerprint_mask) != u32_at(value, 0)) return DecodeError{offset, "a wrong fingerprint"};
  return std::nullopt;
}

}  // namespace

const Attribute* Message::find(AttributeType type) const {
  const auto found = std::ranges::find(attributes, type, &Attribute::type);
  return found == attributes.end() ? nullptr : &*found;
}

std::expected<Message, DecodeError> decode_message(BytesView datagram) {
  if (const auto fault = fault_of_header(datagram)) return std::unexpected(*fault);
  Message message;
  message.bytes = datagram;
  message.message_class = class_of(u16_at(datagram, 0));
  message.method = method_of(u16_at(datagram, 0));
  std::ranges::transform(datagram.substr(8, 12), message.transaction.begin(), [](char byte) { return static_cast<std::uint8_t>(byte); });
  bool integrity_seen = false;
  for (std::size_t offset = header_bytes; offset < datagram.size();) {
    // The length is a multiple of four, and so is every offset: at least four bytes are left.
    const std::size_t size = u16_at(datagram, offset + 2);
    if (padded(size) > datagram.size() - offset - attribute_head_bytes)
      return std::unexpected(DecodeError{offset, "an attribute sticks out"});
    const Attribute attribute{static_cast<AttributeType>(u16_at(datagram, offset)), datagram.substr(offset + attribute_head_bytes, size)};
    if (attribute.type == AttributeType::fingerprint) {
      if (const auto fault = fault_of_fingerprint(datagram, offset, attribute.value)) return std::unexpected(*fault);
    }
    if (!integrity_seen || attribute.type == AttributeType::fingerprint) {
      if (message.attributes.size() == limits::stun_attributes_max) return std::unexpected(DecodeError{offset, "too many attributes"});
      message.attributes.push_back(attribute);
    }
    integrity_seen = integrity_seen || attribute.type == AttributeType::message_integrity;
    offset += attribute_head_bytes + padded(size);
  }
  return message;
}

bool has_integrity(const Message& message, BytesView key) {
  const Attribute* integrity = message.find(AttributeType::message_integrity);
  if (integrity == nullptr || integrity->value.size() != integrity_bytes) return false;
  const auto wanted = hmac_sha1(key, ended_by(message.bytes, offset_of(message, *integrity), integrity_bytes));
  return equal_constant_time(view_of(wanted), integrity->value);
}

std::optional<ErrorAnswer> error_of(const Message& message) {
  const Attribute* error = message.find(AttributeType::error_code);
  if (error == nullptr || error->value.size() < 4) return std::nullopt;
  const unsigned hundreds = byte_at(error->value, 2) & 7;
  const unsigned rest = byte_at(error->value, 3);
  if (hundreds < 3 || hundreds > 6 || rest > 99) return std::nullopt;
  return ErrorAnswer{hundreds * 100 + rest, error->value.substr(4)};
}

std::optional<Address> read_xor_address(BytesView value, const TransactionId& transaction) {
  if (value.size() < 4) return std::nullopt;
  const std::uint8_t family = byte_at(value, 1);
  const std::size_t ip_bytes = family == 1 ? 4 : family == 2 ? 16 : 0;
  if (ip_bytes == 0 || value.size() != 4 + ip_bytes) return std::nullopt;
  Address address{u16_at(value, 2), Bytes(value.substr(4))};
  const Bytes again = xor_address(address, transaction);  // the function is its own inverse
  return Address{u16_at(again, 2), again.substr(4)};
}

Bytes xor_address(const Address& address, const TransactionId& transaction) {
  PARLEY_ASSERT(address.ip.size() == 4 || address.ip.size() == 16);
  Bytes mask;
  append_u32(mask, magic_cookie);
  mask.append(view_of(transaction));
  Bytes value;
  append_u16(value, address.ip.size() == 4 ? 1 : 2);
  append_u16(value, address.port ^ magic_cookie >> 16);
  for (std::size_t index = 0; index < address.ip.size(); ++index) value.push_back(static_cast<char>(address.ip[index] ^ mask[index]));
  return value;
}

MessageWriter::MessageWriter(Class message_class, Method method, const TransactionId& transaction) {
  append_u16(bytes_, type_of(message_class, method));
  append_u16(bytes_, 0);
  append_u32(bytes_, magic_cookie);
  bytes_.append(view_of(transaction));
}

MessageWriter& MessageWriter::add(AttributeType type, BytesView value) {
  append_u16(bytes_, static_cast<std::uint16_t>(type));
  append_u16(bytes_, static_cast<std::uint32_t>(value.size()));
  bytes_.append(value).append(padded(value.size()) - value.size(), '\0');
  PARLEY_ASSERT(bytes_.size() <= limits::stun_message_bytes_max);  // the caller limits names and realms
  const std::size_t length = bytes_.size() - header_bytes;
  bytes_[2] = static_cast<char>(length >> 8);
  bytes_[3] = static_cast<char>(length);
  return *this;
}

MessageWriter& MessageWriter::add_number(AttributeType type, std::uint32_t value) {
  Bytes bytes;
  append_u32(bytes, value);
  return add(type, bytes);
}

MessageWriter& MessageWriter::add_integrity(BytesView key) {
  const auto code = hmac_sha1(key, ended_by(bytes_, bytes_.size(), integrity_bytes));
  return add(AttributeType::message_integrity, view_of(code));
}

MessageWriter& MessageWriter::add_fingerprint() {
  const auto covered = ended_by(bytes_, bytes_.size(), fingerprint_bytes);
  return add_number(AttributeType::fingerprint, crc32(covered) ^ fingerprint_mask);
}

Bytes long_term_key(std::string_view username, std::string_view realm, std::string_view password) {
  return Bytes(view_of(md5({username, ":", realm, ":", password})));
}

}  // namespace parley::protocol::stun
