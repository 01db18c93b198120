#include "load/wire/websocket_client.hpp"

#include <array>
#include <utility>

#include "protocol/websocket/handshake.hpp"

namespace parley::bench {

namespace ws = protocol::websocket;

namespace {

constexpr ws::DecoderConfig decoder_config{.role = ws::Role::client};

std::array<std::uint8_t, 4> mask_from(Random& random) {
  const std::uint64_t bits = random.next();
  return {static_cast<std::uint8_t>(bits), static_cast<std::uint8_t>(bits >> 8), static_cast<std::uint8_t>(bits >> 16),
          static_cast<std::uint8_t>(bits >> 24)};
}

}  // namespace

WebsocketClient::WebsocketClient(Random& random) : random_(random), decoder_(decoder_config) {}

void WebsocketClient::open(const Address& address, std::string& out) {
  host_ = address.host;
  key_ = ws::client_key(random_.bytes<16>());
  out += ws::client_request({.host = address.host, .target = address.target, .key = key_, .extra_headers = {}});
}

std::size_t WebsocketClient::feed(std::span<char> bytes) {
  std::size_t head = 0;
  if (state_ == State::upgrading) head = finish_upgrade({bytes.data(), bytes.size()});
  if (state_ != State::open) return 0;
  decoder_.feed(bytes.subspan(head));
  return bytes.size();
}

std::size_t WebsocketClient::finish_upgrade(std::string_view bytes) {
  const std::size_t end = bytes.find("\r\n\r\n");
  if (end == std::string_view::npos) return 0;
  if (const auto checked = ws::check_response(bytes.substr(0, end + 4), key_); !checked) {
    fail("no WebSocket at " + host_ + ": " + checked.error());
    return 0;
  }
  state_ = State::open;
  return end + 4;
}

std::optional<std::string_view> WebsocketClient::next(std::string& out) {
  while (state_ == State::open) {
    const ws::Decoded decoded = decoder_.next();
    switch (decoded.kind) {
      case ws::Decoded::Kind::need_more:
        return std::nullopt;
      case ws::Decoded::Kind::text:
        return decoded.payload;
      case ws::Decoded::Kind::ping:
        ws::append_masked_frame(out, ws::Opcode::pong, decoded.payload, mask_from(random_));
        break;
      case ws::Decoded::Kind::binary:
      case ws::Decoded::Kind::pong:
        break;
      case ws::Decoded::Kind::close:
        fail("the server closed the WebSocket with code " + std::to_string(decoded.code) +
             (decoded.payload.empty() ? std::string() : ": " + std::string(decoded.payload)));
        break;
      case ws::Decoded::Kind::error:
        fail("broken WebSocket frame: " + std::string(decoded.payload));
        break;
    }
  }
  return std::nullopt;
}

void WebsocketClient::put(std::string_view text, std::string& out) {
  ws::append_masked_frame(out, ws::Opcode::text, text, mask_from(random_));
}

void WebsocketClient::fail(std::string reason) {
  if (state_ == State::failed) return;
  state_ = State::failed;
  failure_ = std::move(reason);
}

}  // namespace parley::bench
