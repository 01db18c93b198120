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

/// Why bytes are no packet, and where. `what` is static text for the log.
struct DecodeError {
  std::size_t offset = 0;  // bytes from the start of what was decoded
  std::string_view what;
};

struct Packet {
  PacketType type = PacketType::noop;
  bool binary = false;    // only of a message
  std::string_view data;  // behind the type
};

/// One packet of a WebSocket text frame or one piece of a payload.
///
/// Source   Besides the seven types, `b` and base64 is a binary message: long polling always sends it so, WebSocket clients with
///          `forceBase64` too. Its bytes go to `scratch`; otherwise the view points into `text`.
/// Errors   empty, an unknown type, base64 that is none.
[[nodiscard]] std::expected<Packet, DecodeError> decode_packet(std::string_view text, Bytes& scratch);

/// The packets of one long-polling body, one after the other: a body of many is worked off in turns, and none of them needs a list.
///
/// Source   Engine.IO protocol v4, "HTTP long-polling": packets are joined by 0x1e; binary packets are base64 with the prefix `b`.
/// Limits   The size of the body is the reader's to bound (413); within it there may be any number of packets.
class Payload {
 public:
  explicit Payload(std::string body) : body_(std::move(body)) {}

  /// Text that is not UTF-8, and the errors of decode_packet, with the offset (bytes) of the first bad packet. Asked before the first
  /// packet is taken, so that nothing is half-accepted.
  [[nodiscard]] std::optional<DecodeError> fault() const;
  /// The last packet was taken.
  [[nodiscard]] bool done() const { return start_ > body_.size(); }
  /// The next packet of a body without fault; its views live until the next call. Must not be done.
  [[nodiscard]] Packet next();

 private:
  [[nodiscard]] std::string_view piece_at(std::size_t start) const;

  std::string body_;
  std::size_t start_ = 0;  // of the next packet
  Bytes scratch_;
};

/// Appends one encoded text packet to a payload, joined by 0x1e.
void append_text(std::string& payload, std::string_view packet);
/// The same from its parts.
void append_packet(std::string& payload, PacketType type, std::string_view data = {});
/// Appends one binary message to a payload, joined by 0x1e.
void append_binary(std::string& payload, BytesView data);

}  // namespace parley::protocol::engineio
