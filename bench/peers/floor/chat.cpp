#include "chat.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <ctime>
#include <utility>

#include "protocol/websocket/handshake.hpp"

namespace parley::bench_floor {

namespace ws = protocol::websocket;

namespace {

constexpr std::string_view head_end = "\r\n\r\n";

/// The value between `prefix` and the next `"`. The client of the benchmark escapes nothing.
std::string_view value_after(std::string_view text, std::string_view prefix, char end = '"') {
  const std::size_t at = text.find(prefix);
  if (at == std::string_view::npos) return {};
  const std::string_view value = text.substr(at + prefix.size());
  return value.substr(0, value.find(end));
}

/// 24 hexadecimal digits.
std::string hex_id(std::uint64_t number) {
  std::array<char, 16> digits{};
  const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), number, 16);
  const std::string_view text{digits.data(), static_cast<std::size_t>(written.ptr - digits.data())};
  return std::string(24 - text.size(), '0').append(text);
}

/// The ack id of `42<id>["name",…]`.
std::string_view ack_id(std::string_view packet) {
  return packet.substr(2, packet.find('[') - 2);
}

/// The time of the wall clock as the contract writes it.
std::string iso_time() {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  tm parts{};
  ::gmtime_r(&now.tv_sec, &parts);
  std::array<char, 32> text{};
  const std::size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts);
  std::array<char, 8> milliseconds{};
  std::snprintf(milliseconds.data(), milliseconds.size(), ".%03dZ", static_cast<int>(now.tv_nsec / 1'000'000));
  return std::string(text.data(), size) + milliseconds.data();
}

}  // namespace

void Chat::start_turn() {
  time_ = iso_time();
}

bool Chat::on_bytes(Connection& connection, std::span<char> bytes) {
  if (!connection.is_websocket) {
    connection.received.append(bytes.data(), bytes.size());
    on_http(connection);
    return true;
  }
  connection.decoder.feed(bytes);
  for (ws::Decoded got = connection.decoder.next(); got.kind != ws::Decoded::Kind::need_more; got = connection.decoder.next()) {
    if (got.kind != ws::Decoded::Kind::text) return false;
    on_packet(connection, got.payload);
  }
  return true;
}

void Chat::on_http(Connection& connection) {
  while (!connection.is_websocket) {
    const std::size_t end = connection.received.find(head_end);
    if (end == std::string::npos) return;
    const std::string head = connection.received.substr(0, end + head_end.size());
    std::size_t body = 0;
    const std::string_view length = value_after(head, "Content-Length: ", '\r');
    std::from_chars(length.data(), length.data() + length.size(), body);
    if (connection.received.size() < head.size() + body) return;
    connection.received.erase(0, head.size() + body);
    answer(connection, head);
  }
}

void Chat::answer(Connection& connection, std::string_view head) {
  if (head.starts_with("GET /socket.io/")) return upgrade(connection, head);
  std::string body = "{}";
  std::string_view status = "200 OK";
  if (head.starts_with("POST /api/sessions/create ")) {
    status = "201 Created";
    body = R"({"session":{"sessionId":")" + hex_id(++sessions_made_) + R"("}})";
  }
  connection.outbox.append("HTTP/1.1 ").append(status).append("\r\nContent-Length: ").append(std::to_string(body.size()));
  connection.outbox.append(head_end).append(body);
  mark(connection);
}

void Chat::upgrade(Connection& connection, std::string_view head) {
  connection.is_websocket = true;
  connection.outbox += ws::switching_protocols(ws::accept_key(value_after(head, "Sec-WebSocket-Key: ", '\r')));
  put(connection, R"(0{"sid":"floor","upgrades":[],"pingInterval":25000,"pingTimeout":60000,"maxPayload":1000000})");
}

void Chat::on_packet(Connection& connection, std::string_view packet) {
  if (packet.starts_with("42")) {
    const std::string_view name = value_after(packet, R"([")");
    if (name == "chat-message") return relay(connection, packet);
    if (name == "join-session") return join(connection, packet);
  } else if (packet.starts_with("40")) {
    put(connection, R"(40{"sid":"floor"})");
  }
}

void Chat::join(Connection& connection, std::string_view packet) {
  connection.session = value_after(packet, R"("sessionId":")");
  connection.sender_id = hex_id(static_cast<std::uint64_t>(connection.descriptor));
  connection.room = &rooms_[connection.session];
  connection.room->push_back(&connection);
  put(connection, packet_.assign("43").append(ack_id(packet)).append(R"([{"success":true}])"));
}

void Chat::relay(Connection& connection, std::string_view packet) {
  if (connection.room == nullptr) return;
  write_message(connection, packet);
  put(connection, packet_.assign("43").append(ack_id(packet)).append(R"([{"success":true,"chatMessage":)").append(message_).append("}]"));
  packet_.assign(R"(42["chat-message",)").append(message_).append("]");
  frame_.clear();
  ws::append_frame(frame_, ws::Opcode::text, packet_);
  for (Connection* member : *connection.room) {
    member->outbox += frame_;
    mark(*member);
  }
}

/// The same members as the event of the server that is measured beside it, so that both send as many bytes.
void Chat::write_message(Connection& sender, std::string_view packet) {
  const std::string seq = std::to_string(++sender.sent);
  message_.assign(R"({"id":")").append(hex_id(++messages_made_)).append(R"(","sessionId":")").append(sender.session);
  message_.append(R"(","senderId":")").append(sender.sender_id).append(R"(","senderRole":"doctor","message":")");
  message_.append(value_after(packet, R"("message":")")).append(R"(","timestamp":")").append(time_);
  message_.append(R"(","messageType":"text","seq":)").append(seq).append(R"(,"position":")").append(seq);
  message_.append(R"(.0123456789abcdef","clientMessageId":")").append(value_after(packet, R"("clientMessageId":")")).append("\"}");
}

void Chat::on_closed(Connection& connection) {
  std::erase(dirty_, &connection);
  if (connection.room == nullptr) return;
  std::erase(*connection.room, &connection);
  if (connection.room->empty()) rooms_.erase(connection.session);
}

void Chat::put(Connection& connection, std::string_view packet) {
  ws::append_frame(connection.outbox, ws::Opcode::text, packet);
  mark(connection);
}

void Chat::mark(Connection& connection) {
  if (!std::exchange(connection.is_dirty, true)) dirty_.push_back(&connection);
}

std::vector<Connection*> Chat::take_dirty() {
  for (Connection* connection : dirty_) connection->is_dirty = false;
  return std::exchange(dirty_, {});
}

}  // namespace parley::bench_floor
