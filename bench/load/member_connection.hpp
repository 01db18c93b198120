// The connection of one member: a TCP stream and the wire that speaks over it. Everything that is sent while a receive is handled goes out
// in one send.
#pragma once

#include <memory>
#include <string>

#include "base/clock.hpp"
#include "load/tcp_stream.hpp"
#include "load/wire/chat_wire.hpp"

namespace parley::bench {

class MemberConnection final : private TcpStream::Listener, private ChatWire::Listener {
 public:
  /// Receives the chat of all members. The views are valid only during the call.
  class ChatListener {
   public:
    virtual ~ChatListener() = default;
    virtual void on_ack(std::size_t member, const ChatWire::Ack& ack) = 0;
    virtual void on_delivery(std::size_t member, const ChatWire::Delivery& delivery) = 0;
  };

  class Listener {
   public:
    virtual ~Listener() = default;
    virtual void on_joined(MemberConnection& connection) = 0;
    /// Called once, if the member is refused, or the connection breaks or is closed by the server.
    virtual void on_closed(MemberConnection& connection, const std::string& reason) = 0;
  };

  /// Shared by all connections; must outlive them.
  struct Shared {
    Poller& poller;
    Endpoint endpoint;
    Clock& clock;
    WireFactory& wires;
    ChatListener& chat;
    Listener& listener;
  };

  /// Starts connecting. `member`: the listeners' number for this connection.
  MemberConnection(Shared& shared, std::size_t member, Seat seat);

  [[nodiscard]] std::size_t member() const { return member_; }
  /// The time at which the bytes of the current call were received.
  [[nodiscard]] SteadyTime received_at() const { return received_at_; }

  /// Puts the message into the outbox.
  void send(const ChatWire::Message& message) { wire_->send(message, stream_.outbox()); }
  void flush() { stream_.flush(); }

 private:
  void on_open() override { wire_->open(stream_.outbox()); }
  std::size_t on_bytes(std::span<char> bytes) override;
  void on_closed(std::string reason) override { shared_.listener.on_closed(*this, reason); }

  void on_joined() override { shared_.listener.on_joined(*this); }
  void on_ack(const ChatWire::Ack& ack) override { shared_.chat.on_ack(member_, ack); }
  void on_delivery(const ChatWire::Delivery& delivery) override { shared_.chat.on_delivery(member_, delivery); }
  void on_failure(const std::string& reason) override;

  Shared& shared_;
  std::size_t member_;
  SteadyTime received_at_{};
  std::unique_ptr<ChatWire> wire_;
  TcpStream stream_;
};

}  // namespace parley::bench
