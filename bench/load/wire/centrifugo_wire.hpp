// Centrifugo's client protocol, version 2, as JSON over WebSocket: connect without a token, subscribe to the channel of the room, publish.
// The reply to a publish is the ack, and publications are deliveries. Several replies may share one WebSocket message, one a line.
//
// The server must run with `client.insecure`, which is the cheapest for it: it verifies no token and asks nobody for permissions.
#pragma once

#include "load/endpoint.hpp"
#include "load/field_finder.hpp"
#include "load/wire/chat_wire.hpp"
#include "load/wire/websocket_client.hpp"

namespace parley::bench {

class CentrifugoWire final : public ChatWire {
 public:
  /// Shared by all wires of a run; must outlive them.
  struct Shared {
    std::string host;
    Random& random;
    std::string command{};  // scratch
    FieldFinder text{R"("message":")"};
    FieldFinder tag{R"("clientMessageId":")"};
  };

  CentrifugoWire(Shared& shared, const Seat& seat, Listener& listener);

  void open(std::string& out) override;
  [[nodiscard]] std::size_t receive(std::span<char> bytes, std::string& out) override;
  void send(const Message& message, std::string& out) override;

 private:
  void on_lines(std::string_view lines, std::string& out);
  void on_line(std::string_view json, std::string& out);
  void on_push(std::string_view json);
  void on_reply(std::string_view json, std::string& out);

  Shared& shared_;
  Listener& listener_;
  bool connect_sent_ = false;
  std::string subscription_;  // the command that joins the room
  std::string publish_head_;  // of a publish command, from the id to the text
  WebsocketClient websocket_;
};

class CentrifugoWires final : public WireFactory {
 public:
  CentrifugoWires(const Endpoint& endpoint, Random& random) : shared_{.host = endpoint.to_string(), .random = random} {}
  [[nodiscard]] std::unique_ptr<ChatWire> make(Seat seat, ChatWire::Listener& listener) override {
    return std::make_unique<CentrifugoWire>(shared_, seat, listener);
  }

 private:
  CentrifugoWire::Shared shared_;
};

}  // namespace parley::bench
