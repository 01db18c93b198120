// Socket.IO v5 packets (Socket.IO protocol v5, "Packet encoding"), reading and writing.
//
// Threads   A PacketDecoder belongs to one thread, and the connections of this thread share it: its buffers are large and reused. A
//           PacketAssembler belongs to one connection and needs only a few words while no binary packet is incomplete.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/limits.hpp"
#include "protocol/engineio/encoded_packet.hpp"
#include "protocol/engineio/packet.hpp"

namespace parley::protocol::socketio {

using engineio::DecodeError;

enum class PacketType : std::uint8_t {
  connect = 0,
  disconnect = 1,
  event = 2,
  ack = 3,
  connect_error = 4,
  binary_event = 5,
  binary_ack = 6
};

struct Packet {
  PacketType type = PacketType::connect;
  std::size_t attachment_count = 0;  // announced by a binary packet
  std::string_view nsp = "/";        // without its query
  std::optional<std::uint64_t> id;   // of an event that asks for an ack, or of an ack
  std::string_view name;             // of an event, decoded
  std::string_view json;             // the payload: valid JSON and UTF-8, lone surrogates replaced; empty when there is none
};

/// Reads the text of one packet: the text after the Engine.IO `4`.
///
/// Source   Socket.IO protocol v5. The rules for payloads are those of the JavaScript parser: CONNECT has none or an object, DISCONNECT
///          none, CONNECT_ERROR a string or an object. Events have an array that begins with a number or with a string that is not a
///          reserved name. Acks have an array.
/// Stricter Events and acks need a payload; an ack needs an id; ids are digits and fit 64 bits; every attachment of a binary
///          packet has exactly one placeholder, and no placeholder points elsewhere.
/// Limits   limits::attachments_max, limits::event_name_bytes_max; JSON nested deeper than 1,024 is refused.
/// Errors   With the offset in `text` of the error. Never throws, for any bytes.
class PacketDecoder {
 public:
  PacketDecoder();
  ~PacketDecoder();
  PacketDecoder(PacketDecoder&&) noexcept;
  PacketDecoder& operator=(PacketDecoder&&) noexcept;

  /// The views live until the next call.
  [[nodiscard]] std::expected<Packet, DecodeError> decode(std::string_view text);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// A packet with all its attachments.
struct WholePacket {
  Packet packet;
  std::span<const Bytes> attachments;
};

/// Assembles binary packets: the text comes first, then its attachments, with nothing in between.
/// Errors   Those of PacketDecoder; text while attachments are due; an attachment that was not announced; a packet that exceeds the
///          given limit. After an error the connection must be closed.
class PacketAssembler {
 public:
  explicit PacketAssembler(std::size_t packet_bytes_max = limits::packet_bytes_max) : packet_bytes_max_(packet_bytes_max) {}

  /// A text message. Nothing: attachments are due. The views live until the next call of this or of `decoder`.
  [[nodiscard]] std::expected<std::optional<WholePacket>, DecodeError> on_text(PacketDecoder& decoder, std::string_view text);
  /// A binary message.
  [[nodiscard]] std::expected<std::optional<WholePacket>, DecodeError> on_binary(BytesView bytes);

  [[nodiscard]] bool waiting() const { return pending_ != nullptr; }
  /// Bytes kept of a packet that waits for attachments, or that was returned last.
  [[nodiscard]] std::size_t held_bytes() const;

 private:
  struct Pending;  // a binary packet and its attachments so far
  struct PendingDeleter {
    void operator()(Pending* pending) const;
  };

  std::size_t packet_bytes_max_;
  std::unique_ptr<Pending, PendingDeleter> pending_;  // waits for attachments
  std::unique_ptr<Pending, PendingDeleter> whole_;    // the packet that was returned last
};

/// A packet to write. `json` must be valid; for events it is the whole array, name included.
struct PacketToWrite {
  PacketType type = PacketType::event;
  std::string_view nsp = "/";
  std::optional<std::uint64_t> id = std::nullopt;
  std::string_view json = {};
  std::span<const Bytes> attachments = {};  // not empty: an event or ack becomes its binary type
};
/// Appends the text of a packet, without the Engine.IO `4`.
void append_packet(std::string& out, const PacketToWrite& packet);
/// As an Engine.IO message with its attachments, ready to send.
[[nodiscard]] engineio::PacketPtr encode_packet(const PacketToWrite& packet);

/// `40{"sid":"…"}`, with the members `extra_json` after the sid.
[[nodiscard]] engineio::PacketPtr encode_connect(std::string_view nsp, std::string_view sid, std::string_view extra_json = {});
/// `44{"message":"…"}`, with `"data":…` when `data_json` is not empty.
[[nodiscard]] engineio::PacketPtr encode_connect_error(std::string_view nsp, std::string_view message, std::string_view data_json = {});
/// `41`
[[nodiscard]] engineio::PacketPtr encode_disconnect(std::string_view nsp);

}  // namespace parley::protocol::socketio
