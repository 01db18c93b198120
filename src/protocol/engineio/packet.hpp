// Engine.IO v4 packets and long-polling payloads (Engine.IO protocol v4, "Packet encoding").
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/limits.hpp"

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

/// Splits a long-polling body into packets.
///
/// Source   Engine.IO protocol v4, "HTTP long-polling": packets are joined by 0x1e; binary packets are base64 with the prefix `b`.
/// In place The views point into `body`, where base64 is overwritten by its bytes; do not touch `body` while they are in use.
/// Limits   At most limits::polling_packets_max packets. The size of the body is the reader's to bound (413).
/// Errors   Text that is not UTF-8, and the errors of decode_packet, with the offset (bytes) of the first bad packet; nothing is
/// half-accepted.
[[nodiscard]] std::expected<std::vector<Packet>, DecodeError> decode_payload(std::string& body);

/// Appends one encoded text packet to a payload, joined by 0x1e.
void append_text(std::string& payload, std::string_view packet);
/// The same from its parts.
void append_packet(std::string& payload, PacketType type, std::string_view data = {});
/// Appends one binary message to a payload, joined by 0x1e.
void append_binary(std::string& payload, BytesView data);

}  // namespace parley::protocol::engineio
