// A conversation with a wire: the test plays the server. Records what the wire reports, and what it sends.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "load/wire/chat_wire.hpp"
#include "protocol/websocket/frame_codec.hpp"
#include "protocol/websocket/handshake.hpp"

namespace parley::bench {

/// Events as lines: `joined`, `ack 3`, `ack 3 <id>`, `refused 3: <answer>`, `delivery <tag> <text>`, `failure: <reason>`.
class WireEvents final : public ChatWire::Listener {
 public:
  void on_joined() override { lines.emplace_back("joined"); }
  void on_ack(const ChatWire::Ack& ack) override {
    const std::string number = std::to_string(ack.number);
    if (!ack.accepted) {
      lines.push_back("refused " + number + ": " + std::string(ack.answer));
    } else {
      lines.push_back("ack " + number + (ack.id ? " " + ack.id->to_string() : ""));
    }
  }
  void on_delivery(const ChatWire::Delivery& delivery) override {
    lines.push_back("delivery " + std::string(delivery.tag) + " " + std::string(delivery.text));
  }
  void on_failure(const std::string& reason) override { lines.push_back("failure: " + reason); }

  /// The events since the last call.
  std::vector<std::string> take() { return std::exchange(lines, {}); }

  std::vector<std::string> lines;
};

/// Keeps bytes that the wire did not consume, as TcpStream does.
class WireInput {
 public:
  explicit WireInput(ChatWire& wire) : wire_(wire) {}
  void feed(std::string_view bytes) {
    kept_ += bytes;
    kept_.erase(0, wire_.receive(kept_, sent));
  }
  void feed_one_by_one(std::string_view bytes) {
    for (const char byte : bytes) feed({&byte, 1});
  }
  std::string take_sent() { return std::exchange(sent, {}); }

  std::string sent;  // by the wire

 private:
  ChatWire& wire_;
  std::string kept_;
};

/// The server's side of a WebSocket.
class WebsocketScript {
 public:
  explicit WebsocketScript(ChatWire& wire) : input(wire) { wire.open(input.sent); }

  [[nodiscard]] std::string acceptance() const {
    const std::size_t key = input.sent.find("Sec-WebSocket-Key: ") + 19;
    return protocol::websocket::switching_protocols(protocol::websocket::accept_key(input.sent.substr(key, 24)));
  }
  void accept() {
    const std::string answer = acceptance();
    request = input.take_sent();
    input.feed(answer);
  }
  static std::string frame(std::string_view text) {
    std::string bytes;
    protocol::websocket::append_frame(bytes, protocol::websocket::Opcode::text, text);
    return bytes;
  }
  void tell(std::string_view text) { input.feed(frame(text)); }

  /// The texts that the wire has sent since the last call. Any other frame is `?`.
  std::vector<std::string> heard() {
    std::string bytes = input.take_sent();
    std::vector<std::string> texts;
    decoder_.feed(bytes);
    for (auto got = decoder_.next(); got.kind != protocol::websocket::Decoded::Kind::need_more; got = decoder_.next()) {
      texts.emplace_back(got.kind == protocol::websocket::Decoded::Kind::text ? std::string(got.payload) : "?");
    }
    return texts;
  }

  WireInput input;
  std::string request;

 private:
  protocol::websocket::FrameDecoder decoder_;
};

}  // namespace parley::bench
