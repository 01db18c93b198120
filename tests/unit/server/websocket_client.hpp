// A WebSocket client for tests, on the blocking client: frames by protocol/websocket, which has tests of its own.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "protocol/websocket/frame_codec.hpp"
#include "unit/server/test_server.hpp"

namespace parley::server::test {

class WebsocketClient {
 public:
  /// Connects and shakes hands; a refusal fails the test.
  WebsocketClient(std::uint16_t port, std::string_view target);

  void send_text(std::string_view text);
  void send_frame(protocol::websocket::Opcode opcode, std::string_view payload);
  /// The payload of the next text or binary frame; pings of the protocol below are not answered.
  std::string read_message();
  /// The next frame, whatever it is.
  struct Frame {
    protocol::websocket::Opcode opcode;
    std::string payload;
  };
  Frame read_frame();
  /// The code of the close frame that comes next, or nothing when the connection just ends.
  std::optional<std::uint16_t> read_close();
  Client& socket() { return client_; }

 private:
  Client client_;
};

}  // namespace parley::server::test
