// A WebSocket client for tests, on the blocking client. It uses the frames of protocol/websocket, which has its own tests.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "protocol/websocket/frame_codec.hpp"
#include "unit/server/test_server.hpp"

namespace parley::server::test {

class WebsocketClient {
 public:
  /// Connects and performs the handshake; a refusal fails the test.
  WebsocketClient(std::uint16_t port, std::string_view target);

  void send_text(std::string_view text);
  void send_frame(protocol::websocket::Opcode opcode, std::string_view payload);
  /// The payload of the next text or binary frame. The client does not answer WebSocket pings.
  std::string read_message();
  /// The next frame of any kind.
  struct Frame {
    protocol::websocket::Opcode opcode;
    std::string payload;
  };
  Frame read_frame();
  /// The code of the next close frame, or nothing if the connection ends without one.
  std::optional<std::uint16_t> read_close();
  Client& socket() { return client_; }

 private:
  Client client_;
};

}  // namespace parley::server::test
