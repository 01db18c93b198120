// Engine.IO v4 packets and long-polling payloads (Engine.IO protocol v4, "Packet encoding").
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/bytes.hpp"

namespace parley::protocol::engineio {

enum class PacketType : char { open = '0', close = '1', ping = '2', pong = '3', message = '4', upgrade = '5', noop = '6' };

/// Why bytes are not a valid packet, and where. `what` is static text for the log.
struct DecodeError {
  std::size_t offset = 0;  // bytes from the start of the input
  std::string_view what;
};

struct Packet {
  PacketType type = PacketType::noop;
  bool binary = false;    // only for a message
  std::string_view data;  // after the type
};

/// One packet of a WebSocket text frame or one piece of a payload.
///
/// Source   Besides the seven types, `b` and base64 is a binary message: long polling always uses it, and WebSocket clients with
///          `forceBase64` do, too. The decoded bytes go to `scratch`; otherwise the view points into `text`.
/// Errors   An empty text, an unknown type, invalid base64.
[[nodiscard]] std::expected<Packet, DecodeError> decode_packet(std::string_view text, Bytes& scratch);

/// The packets of one long-polling body, one after the other: a body of many packets is processed in several turns, without a list.
///
/// Source   Engine.IO protocol v4, "HTTP long-polling": packets are joined by 0x1e; binary packets are base64 with the prefix `b`.
/// Limits   The reader limits the size of the body (413); within this size the number of packets is not limited.
class Payload {
 public:
  explicit Payload(std::string body) : body_(std::move(body)) {}

  /// Text that is not UTF-8, and the errors of decode_packet, with the offset (bytes) of the first bad packet. Call it before the first
  /// packet is taken, so that a bad body is refused as a whole.
  [[nodiscard]] std::optional<DecodeError> fault() const;
  /// The last packet was taken.
  [[nodiscard]] bool done() const { return start_ > body_.size(); }
  /// The next packet of a body without fault. Its views live until the next call. Must not be called when done.
  [[nodiscard]] Packet next();

 private:
  [[nodiscard]] std::string_view piece_at(std::size_t start) const;

  std::string body_;
  std::size_t start_ = 0;  // of the next packet
  Bytes scratch_;
};

/// Appends one encoded text packet to a payload, joined by 0x1e.
void append_text(std::string& payload, std::string_view packet);
/// As append_text, from its parts.
void append_packet(std::string& payload, PacketType type, std::string_view data = {});
/// Appends one binary message to a payload, joined by 0x1e.
void append_binary(std::string& payload, BytesView data);

}  // namespace parley::protocol::engineio
