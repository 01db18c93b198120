// The connection of one member in the protocol of its server, without a socket: bytes in; joins, acks and deliveries out. A workload knows
// only this interface, so the same load and the same check run against every server.
//
// Promises   One call handles all messages of a receive. Bytes that break the protocol end in `on_failure`.
// Leaves out Reconnecting, and every part of a protocol that a run does not need.
// Cost       One virtual call for each message. Implementations search the few fields that they need (load/field_finder.hpp).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/ids.hpp"

namespace parley::bench {

class ChatWire {
 public:
  /// A message to send.
  struct Message {
    std::uint32_t number = 0;  // of this sender, 0-based
    std::string_view tag;      // identifies run, sender and number (load/message_text.hpp)
    std::string_view text;     // needs no escapes in JSON
  };

  /// The answer to a sent message.
  struct Ack {
    std::uint64_t number = 0;
    bool accepted = false;
    std::optional<ObjectId> id;  // of the message; nothing if the server gives messages no ids
    std::string_view answer;     // as received
  };

  /// A message that the server delivered to this member.
  struct Delivery {
    std::string_view tag;  // empty if the message is malformed
    std::string_view text;
    std::optional<ObjectId> id;  // nothing if the server gives messages no ids
  };

  /// All views are valid only during the call.
  class Listener {
   public:
    virtual ~Listener() = default;
    /// The member is in its room and may send.
    virtual void on_joined() = 0;
    virtual void on_ack(const Ack& ack) = 0;
    virtual void on_delivery(const Delivery& delivery) = 0;
    /// The server refused the member, ended the connection or broke the protocol. The wire must not be used afterwards.
    virtual void on_failure(const std::string& reason) = 0;
  };

  virtual ~ChatWire() = default;
  /// The TCP connection is open. Appends the first bytes to send, if this side begins.
  virtual void open(std::string& out) = 0;
  /// Takes received bytes, after those not consumed before, and may change them in place. Appends answers to `out`. Returns the number of
  /// consumed bytes.
  [[nodiscard]] virtual std::size_t receive(std::span<char> bytes, std::string& out) = 0;
  virtual void send(const Message& message, std::string& out) = 0;
};

/// A member of one room.
struct Seat {
  std::string room;
  std::string token;  // of the user; empty if the protocol needs none
};

/// Makes the wires of one run, and owns everything that they share. Must outlive them.
class WireFactory {
 public:
  virtual ~WireFactory() = default;
  [[nodiscard]] virtual std::unique_ptr<ChatWire> make(Seat seat, ChatWire::Listener& listener) = 0;
};

}  // namespace parley::bench
