// The contract of docs/api-contract.md over Socket.IO (Engine.IO v4 over WebSocket): handshake, CONNECT with a token, heartbeat,
// `join-session`, then `chat-message` with acks.
#pragma once

#include "load/endpoint.hpp"
#include "load/field_finder.hpp"
#include "load/wire/chat_wire.hpp"
#include "load/wire/websocket_client.hpp"

namespace parley::bench {

class SocketioWire : public ChatWire {
 public:
  /// Shared by all wires of a run; must outlive them.
  struct Shared {
    std::string host;
    Random& random;
    std::string packet{};  // scratch
    FieldFinder event_id{R"("id":")"};
    FieldFinder event_text{R"("message":")"};
    FieldFinder event_tag{R"("clientMessageId":")"};
    FieldFinder ack_id{R"("id":")"};
  };

  SocketioWire(Shared& shared, Seat seat, Listener& listener);

  void open(std::string& out) override;
  [[nodiscard]] std::size_t receive(std::span<char> bytes, std::string& out) override;
  /// Sends `chat-message`.
  void send(const Message& message, std::string& out) override;

 protected:
  /// Sends an event: `event` is its array, such as `["name",{…}]`. The ack has the number `ack_id`.
  void emit(std::uint32_t ack_id, std::string_view event, std::string& out);
  /// The event that enters the room: its array.
  [[nodiscard]] virtual std::string join_event() const;
  /// The arguments of its ack, if it succeeded.
  virtual void on_join_answer(std::string_view) {}

 private:
  enum class State : std::uint8_t { opening, connecting, joining, joined };

  void on_packet(std::string_view packet, std::string& out);
  void on_message(std::string_view packet, std::string& out);
  void on_event(std::string_view packet);
  void on_ack_packet(std::string_view packet);
  void on_join_ack(std::string_view json);
  void join(std::string& out);

  Shared& shared_;
  Listener& listener_;
  Seat seat_;
  State state_ = State::opening;
  std::string message_head_;  // `["chat-message",…` up to the text
  WebsocketClient websocket_;
};

class SocketioWires final : public WireFactory {
 public:
  SocketioWires(const Endpoint& endpoint, Random& random) : shared_{.host = endpoint.to_string(), .random = random} {}
  [[nodiscard]] std::unique_ptr<ChatWire> make(Seat seat, ChatWire::Listener& listener) override {
    return std::make_unique<SocketioWire>(shared_, std::move(seat), listener);
  }

 private:
  SocketioWire::Shared shared_;
};

}  // namespace parley::bench
