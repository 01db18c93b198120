#include "server/websocket/websocket_connection.hpp"

#include <utility>

namespace parley::server {

namespace websocket = protocol::websocket;
using Kind = websocket::Decoded::Kind;

WebsocketConnection::WebsocketConnection(Connection& connection, std::size_t message_bytes_max, std::shared_ptr<WebsocketUser> user)
    : connection_(connection),
      decoder_({.role = websocket::Role::server, .message_bytes_max = message_bytes_max}),
      user_(std::move(user)) {}

std::size_t WebsocketConnection::on_bytes(std::span<char> bytes) {
  if (is_paused()) {
    connection_.resume_at(paused_until_);
    return 0;
  }
  decoder_.feed(bytes);
  while (connection_.open() && !connection_.finishing()) {
    if (decoder_.input_left() > 0 && (is_paused() || turn_.is_used_up(connection_.loop()))) return bytes.size() - postpone();
    turn_.count(connection_.loop());
    const websocket::Decoded decoded = decoder_.next();
    if (decoded.kind == Kind::need_more) break;
    if (decoded.kind == Kind::text && !closing_) {
      user_->on_text(decoded.payload);
    } else if (decoded.kind == Kind::binary && !closing_) {
      user_->on_binary(decoded.payload);
    } else {
      on_control(decoded);
    }
  }
  return bytes.size();
}

bool WebsocketConnection::is_paused() const {
  return paused_until_ != SteadyTime{} && connection_.loop().now() < paused_until_;
}

/// Leaves the undecoded bytes for a later turn. Returns their number.
std::size_t WebsocketConnection::postpone() {
  const std::size_t left = decoder_.input_left();
  decoder_.drop_input();
  if (is_paused())
    connection_.resume_at(paused_until_);
  else
    connection_.resume_after_turn();
  return left;
}

void WebsocketConnection::on_control(const websocket::Decoded& decoded) {
  switch (decoded.kind) {
    case Kind::ping:
      if (closing_) return;
      websocket::append_frame(output(), websocket::Opcode::pong, decoded.payload);
      return written();
    case Kind::close:
      return on_close_frame(decoded);
    case Kind::error:
      return on_violation(decoded);
    default:
      return;
  }
}

void WebsocketConnection::on_close_frame(const websocket::Decoded& decoded) {
  if (!closing_) websocket::append_close_frame(output(), decoded.code, {});
  connection_.finish();
  end({WebsocketEnd::How::closed, decoded.code, decoded.payload});
}

void WebsocketConnection::on_violation(const websocket::Decoded& decoded) {
  if (!closing_) websocket::append_close_frame(output(), decoded.code, decoded.payload);
  connection_.finish();
  end({WebsocketEnd::How::violated, decoded.code, decoded.payload});
}

void WebsocketConnection::close(std::uint16_t code, std::string_view reason) {
  if (closing_ || !connection_.open() || connection_.finishing()) return;
  closing_ = true;
  websocket::append_close_frame(output(), code, reason);
  written();
  // If the peer does not answer the close frame, the connection is closed after limits::linger_timeout.
  connection_.loop().call_after(limits::linger_timeout, [connection = connection_.weak_from_this()] {
    if (const auto alive = connection.lock()) alive->finish();
  });
}

void WebsocketConnection::on_gone() {
  end({});
}

void WebsocketConnection::end(const WebsocketEnd& end) {
  if (const auto user = std::exchange(user_, nullptr)) user->on_end(end);
}

}  // namespace parley::server
