#include "load/socket_connection.hpp"

#include <charconv>

#include "base/json_writer.hpp"
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

SocketConnection::SocketConnection(Shared& shared, std::size_t number, std::string token)
    : shared_(shared),
      number_(number),
      token_(std::move(token)),
      decoder_(decoder_config),
      stream_(shared.poller, shared.endpoint, *this) {}

void SocketConnection::put(std::string_view engineio_packet) {
  ws::append_masked_frame(stream_.outbox(), ws::Opcode::text, engineio_packet, mask_from(shared_.random));
}

void SocketConnection::on_open() {
  key_ = ws::client_key(shared_.random.bytes<16>());
  stream_.outbox() += ws::client_request(
      {.host = shared_.endpoint.to_string(), .target = "/socket.io/?EIO=4&transport=websocket", .key = key_, .extra_headers = {}});
}

void SocketConnection::on_closed(std::string reason) {
  shared_.listener.on_closed(*this, reason);
}

void SocketConnection::fail(const std::string& reason) {
  stream_.close();
  shared_.listener.on_closed(*this, reason);
}

std::size_t SocketConnection::on_bytes(std::span<char> bytes) {
  received_at_ = shared_.clock.steady_now();
  std::size_t head = 0;
  if (state_ == State::upgrading) {
    head = finish_upgrade({bytes.data(), bytes.size()});
    if (head == 0) return 0;
  }
  on_frames(bytes.subspan(head));
  return bytes.size();
}

std::size_t SocketConnection::finish_upgrade(std::string_view bytes) {
  const std::size_t end = bytes.find("\r\n\r\n");
  if (end == std::string_view::npos) return 0;
  if (const auto checked = ws::check_response(bytes.substr(0, end + 4), key_); !checked) {
    fail("no WebSocket at " + shared_.endpoint.to_string() + ": " + checked.error());
    return 0;
  }
  state_ = State::opening;
  return end + 4;
}

void SocketConnection::on_frames(std::span<char> bytes) {
  decoder_.feed(bytes);
  for (;;) {
    const ws::Decoded decoded = decoder_.next();
    switch (decoded.kind) {
      case ws::Decoded::Kind::need_more:
        return;
      case ws::Decoded::Kind::text:
        on_packet(decoded.payload);
        break;
      case ws::Decoded::Kind::ping:
        ws::append_masked_frame(stream_.outbox(), ws::Opcode::pong, decoded.payload, mask_from(shared_.random));
        break;
      case ws::Decoded::Kind::binary:
      case ws::Decoded::Kind::pong:
        break;  // ignored: a run asks for neither binary frames nor pongs
      case ws::Decoded::Kind::close:
        return fail("the server closed the WebSocket with code " + std::to_string(decoded.code));
      case ws::Decoded::Kind::error:
        return fail("broken WebSocket frame: " + std::string(decoded.payload));
    }
    if (!stream_.is_open()) return;
  }
}

void SocketConnection::on_packet(std::string_view packet) {
  if (packet.starts_with('4')) return on_message(packet);
  if (packet.starts_with('2')) return put("3");
  if (packet.starts_with('0') && state_ == State::opening) {
    state_ = State::connecting;
    std::string connect = "40";
    JsonWriter(connect).begin_object().member("token", token_).end_object();
    return put(connect);
  }
  if (packet.starts_with('1')) fail("the server closed the Engine.IO connection");
}

void SocketConnection::on_message(std::string_view packet) {
  if (packet.starts_with("42")) return shared_.listener.on_event(*this, packet);
  if (packet.starts_with("43")) return on_socketio_ack(packet);
  if (packet.starts_with("40") && state_ == State::connecting) {
    state_ = State::connected;
    return shared_.listener.on_connected(*this);
  }
  if (packet.starts_with("44")) return fail("CONNECT refused: " + std::string(packet.substr(2)));
  if (packet.starts_with("41")) fail("the server disconnected the namespace");
}

void SocketConnection::on_socketio_ack(std::string_view packet) {
  std::uint64_t id = 0;
  const char* const end = packet.data() + packet.size();
  const auto parsed = std::from_chars(packet.data() + 2, end, id);
  if (parsed.ec != std::errc{}) return fail("an ack without an id: " + std::string(packet.substr(0, 80)));
  shared_.listener.on_ack(*this, id, {parsed.ptr, static_cast<std::size_t>(end - parsed.ptr)});
}

}  // namespace parley::bench
