#include "unit/server/websocket_client.hpp"

#include <gtest/gtest.h>

namespace parley::server::test {

namespace websocket = protocol::websocket;

WebsocketClient::WebsocketClient(std::uint16_t port, std::string_view target) : client_(port) {
  client_.send("GET " + std::string(target) +
               " HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
               "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
  const std::string answer = client_.read_until("\r\n\r\n");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 101 ")) << answer;
  EXPECT_NE(answer.find("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), std::string::npos) << answer;  // RFC 6455 §1.3
}

void WebsocketClient::send_text(std::string_view text) {
  send_frame(websocket::Opcode::text, text);
}

void WebsocketClient::send_frame(websocket::Opcode opcode, std::string_view payload) {
  std::string frame;
  websocket::append_masked_frame(frame, opcode, payload, {1, 2, 3, 4});
  client_.send(frame);
}

WebsocketClient::Frame WebsocketClient::read_frame() {
  const std::string head = client_.read_bytes(2);
  if (head.size() < 2) return {websocket::Opcode::close, {}};
  std::size_t size = static_cast<unsigned char>(head[1]);
  const std::size_t more = size == 126 ? 2 : size == 127 ? 8 : 0;
  if (more != 0) {
    size = 0;
    for (const char byte : client_.read_bytes(more)) size = size << 8 | static_cast<unsigned char>(byte);
  }
  return {static_cast<websocket::Opcode>(head[0] & 0x0F), client_.read_bytes(size)};
}

std::string WebsocketClient::read_message() {
  for (;;) {
    Frame frame = read_frame();
    if (frame.opcode == websocket::Opcode::text || frame.opcode == websocket::Opcode::binary) return frame.payload;
    if (frame.opcode == websocket::Opcode::close) {
      ADD_FAILURE() << "closed instead of a message";
      return {};
    }
  }
}

std::optional<std::uint16_t> WebsocketClient::read_close() {
  const Frame frame = read_frame();
  EXPECT_EQ(frame.opcode, websocket::Opcode::close) << frame.payload;
  if (frame.payload.size() < 2) return websocket::close_code::no_status;
  return static_cast<std::uint16_t>(static_cast<unsigned char>(frame.payload[0]) << 8 | static_cast<unsigned char>(frame.payload[1]));
}

}  // namespace parley::server::test
