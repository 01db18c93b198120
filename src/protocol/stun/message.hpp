// STUN messages (RFC 8489) as a client of STUN and TURN servers (RFC 8656) reads and writes them. Bytes in, values out. server_probe.hpp
// decides whether a server works.
//
// Not here  Transports other than UDP, with one message per datagram; MESSAGE-INTEGRITY-SHA256 and password algorithms (a client without
//           them is served with MESSAGE-INTEGRITY, §9.2.5); preparation of names and passwords that are not ASCII.
#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"

namespace parley::protocol::stun {

inline constexpr std::size_t header_bytes = 20;
using TransactionId = std::array<std::uint8_t, 12>;

enum class Class : std::uint8_t { request = 0, indication = 1, success = 2, error = 3 };
/// Other values are kept unchanged.
enum class Method : std::uint16_t { binding = 0x001, allocate = 0x003, refresh = 0x004 };
/// Other values are kept unchanged.
enum class AttributeType : std::uint16_t {
  username = 0x0006,
  message_integrity = 0x0008,
  error_code = 0x0009,
  lifetime = 0x000d,
  realm = 0x0014,
  nonce = 0x0015,
  xor_relayed_address = 0x0016,
  requested_transport = 0x0019,
  xor_mapped_address = 0x0020,
  software = 0x8022,
  fingerprint = 0x8028,
};

struct Attribute {
  AttributeType type;
  BytesView value;  // without padding
};

struct Message {
  Class message_class = Class::request;
  Method method = Method::binding;
  TransactionId transaction{};
  std::vector<Attribute> attributes;  // as sent; attributes after MESSAGE-INTEGRITY are left out (§14.5), except FINGERPRINT
  BytesView bytes;                    // the whole datagram; the values point into it

  /// The first of that type (§14: later ones are ignored).
  [[nodiscard]] const Attribute* find(AttributeType type) const;
};

/// Why bytes are not a valid message, and where. `what` is static text.
struct DecodeError {
  std::size_t offset = 0;
  std::string_view what;
};

/// One datagram.
///
/// Source   RFC 8489 §5, §6.3, §14.
/// Limits   limits::stun_message_bytes_max bytes, limits::stun_attributes_max attributes.
/// Errors   Too short or too long; first two bits not zero; a wrong magic cookie; a length that is not a multiple of four or not that of
///          the datagram; an attribute beyond the end; a FINGERPRINT that is wrong or not last. A bad datagram is refused as a whole.
[[nodiscard]] std::expected<Message, DecodeError> decode_message(BytesView datagram);

/// Whether MESSAGE-INTEGRITY is present and made with `key`. The time does not depend on the position of a difference.
[[nodiscard]] bool has_integrity(const Message& message, BytesView key);

/// ERROR-CODE: 300 to 699 and its phrase, as sent; nothing when it is absent or invalid.
struct ErrorAnswer {
  unsigned code = 0;
  std::string_view reason;
};
[[nodiscard]] std::optional<ErrorAnswer> error_of(const Message& message);

struct Address {
  std::uint16_t port = 0;
  Bytes ip;  // 4 or 16 bytes

  friend bool operator==(const Address&, const Address&) = default;
};
/// XOR-MAPPED-ADDRESS, XOR-RELAYED-ADDRESS (§14.2); nothing when the value is not an address.
[[nodiscard]] std::optional<Address> read_xor_address(BytesView value, const TransactionId& transaction);
/// `ip` has 4 or 16 bytes.
[[nodiscard]] Bytes xor_address(const Address& address, const TransactionId& transaction);

/// Writes one message; integrity and fingerprint come last, in this order.
class MessageWriter {
 public:
  MessageWriter(Class message_class, Method method, const TransactionId& transaction);

  MessageWriter& add(AttributeType type, BytesView value);
  MessageWriter& add_number(AttributeType type, std::uint32_t value);
  MessageWriter& add_integrity(BytesView key);
  MessageWriter& add_fingerprint();
  [[nodiscard]] Bytes take() && { return std::move(bytes_); }

 private:
  Bytes bytes_;
};

/// The key of long-term credentials: MD5(username ‖ ":" ‖ realm ‖ ":" ‖ password) (§9.2.2).
[[nodiscard]] Bytes long_term_key(std::string_view username, std::string_view realm, std::string_view password);

}  // namespace parley::protocol::stun
