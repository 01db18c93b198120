// One encoded packet, shared by all its receivers: a packet for a room is encoded once.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"

namespace parley::protocol::engineio {

/// Text packets contain a ready WebSocket frame of the server; its end is the polling form. Immutable; one allocation for text.
class EncodedPacket {
 public:
  /// `engineio_packet`: an Engine.IO text packet; its first character is the type (`4` for a message).
  [[nodiscard]] static std::shared_ptr<const EncodedPacket> text(std::string_view engineio_packet);
  /// As above, from several pieces.
  [[nodiscard]] static std::shared_ptr<const EncodedPacket> text(std::initializer_list<std::string_view> pieces);
  /// As above, followed by binary attachments. Each attachment is a message of its own.
  [[nodiscard]] static std::shared_ptr<const EncodedPacket> with_attachments(std::string_view engineio_packet,
                                                                             std::span<const Bytes> attachments);
  /// One binary message; there is no text packet.
  [[nodiscard]] static std::shared_ptr<const EncodedPacket> binary(BytesView message);

  [[nodiscard]] std::string_view websocket_frames() const { return frames_; }  // everything, ready to send
  [[nodiscard]] std::string_view text_packet() const {  // for long polling: the text packet; empty when there is none
    return frames_.substr(header_size_, text_size_);
  }
  [[nodiscard]] std::span<const Bytes> attachments() const { return attachments_; }  // for long polling

  EncodedPacket(const EncodedPacket&) = delete;
  EncodedPacket& operator=(const EncodedPacket&) = delete;

 private:
  template <typename T>
  friend struct TailAllocator;
  EncodedPacket() = default;
  struct Builder;  // makes the object and its bytes in one allocation

  std::string_view frames_;  // after this object, in the same allocation
  std::size_t header_size_ = 0;
  std::size_t text_size_ = 0;
  std::vector<Bytes> attachments_;
};
using PacketPtr = std::shared_ptr<const EncodedPacket>;

/// Appends the packet to a long-polling body: packets are joined by 0x1e, attachments become `b` and base64 (Engine.IO protocol v4,
/// "HTTP long-polling").
void append_to_payload(std::string& payload, const EncodedPacket& packet);
/// As above, for a WebSocket client that asked for `b64`: text frames, attachments as `b` and base64.
void append_base64_frames(std::string& out, const EncodedPacket& packet);

}  // namespace parley::protocol::engineio
