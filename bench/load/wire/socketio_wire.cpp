#include "load/wire/socketio_wire.hpp"

#include <charconv>
#include <utility>

#include "base/json_writer.hpp"

namespace parley::bench {

namespace {

constexpr std::string_view target = "/socket.io/?EIO=4&transport=websocket";
constexpr std::uint32_t join_ack_id = UINT32_MAX;  // no message has this number

}  // namespace

SocketioWire::SocketioWire(Shared& shared, Seat seat, Listener& listener)
    : shared_(shared),
      listener_(listener),
      seat_(std::move(seat)),
      message_head_(R"(["chat-message",{"sessionId":")" + seat_.room + R"(","message":")"),
      websocket_(shared.random) {}

void SocketioWire::open(std::string& out) {
  websocket_.open({.host = shared_.host, .target = target}, out);
}

std::size_t SocketioWire::receive(std::span<char> bytes, std::string& out) {
  const std::size_t consumed = websocket_.feed(bytes);
  while (const auto packet = websocket_.next(out)) on_packet(*packet, out);
  if (!websocket_.failure().empty()) listener_.on_failure(websocket_.failure());
  return consumed;
}

void SocketioWire::send(const Message& message, std::string& out) {
  std::string& packet = shared_.packet;
  packet.assign("42").append(std::to_string(message.number)).append(message_head_).append(message.text);
  packet.append(R"(","clientMessageId":")").append(message.tag).append("\"}]");
  websocket_.put(packet, out);
}

void SocketioWire::emit(std::uint32_t ack_id, std::string_view event, std::string& out) {
  shared_.packet.assign("42").append(std::to_string(ack_id)).append(event);
  websocket_.put(shared_.packet, out);
}

void SocketioWire::on_packet(std::string_view packet, std::string& out) {
  if (packet.starts_with('4')) return on_message(packet, out);
  if (packet.starts_with('2')) return websocket_.put("3", out);
  if (packet.starts_with('0') && state_ == State::opening) {
    state_ = State::connecting;
    std::string connect = "40";
    JsonWriter(connect).begin_object().member("token", seat_.token).end_object();
    return websocket_.put(connect, out);
  }
  if (packet.starts_with('1')) websocket_.fail("the server closed the Engine.IO connection");
}

void SocketioWire::on_message(std::string_view packet, std::string& out) {
  if (packet.starts_with("42")) return on_event(packet);
  if (packet.starts_with("43")) return on_ack_packet(packet);
  if (packet.starts_with("40") && state_ == State::connecting) return join(out);
  if (packet.starts_with("44")) return websocket_.fail("CONNECT refused: " + std::string(packet.substr(2)));
  if (packet.starts_with("41")) websocket_.fail("the server disconnected the namespace");
}

void SocketioWire::join(std::string& out) {
  state_ = State::joining;
  emit(join_ack_id, join_event(), out);
}

std::string SocketioWire::join_event() const {
  std::string event = R"(["join-session",)";
  JsonWriter(event).begin_object().member("sessionId", seat_.room).end_object();
  return event + ']';
}

void SocketioWire::on_event(std::string_view packet) {
  if (!packet.starts_with(R"(42["chat-message",)")) return;
  const auto id = ObjectId::parse(shared_.event_id.find(packet));
  if (!id) return listener_.on_delivery({});
  listener_.on_delivery({shared_.event_tag.find(packet), shared_.event_text.find(packet), id});
}

void SocketioWire::on_ack_packet(std::string_view packet) {
  std::uint64_t number = 0;
  const char* const end = packet.data() + packet.size();
  const auto parsed = std::from_chars(packet.data() + 2, end, number);
  if (parsed.ec != std::errc{}) return websocket_.fail("an ack without an id: " + std::string(packet.substr(0, 80)));
  const std::string_view json{parsed.ptr, static_cast<std::size_t>(end - parsed.ptr)};
  if (number == join_ack_id) return on_join_ack(json);
  const auto id = json.starts_with(R"([{"success":true)") ? ObjectId::parse(shared_.ack_id.find(json)) : std::nullopt;
  listener_.on_ack({.number = number, .accepted = id.has_value(), .id = id, .answer = json});
}

void SocketioWire::on_join_ack(std::string_view json) {
  if (json.find(R"("success":true)") == std::string_view::npos) {
    return websocket_.fail("join-session refused: " + std::string(json.substr(0, 300)));
  }
  if (std::exchange(state_, State::joined) == State::joined) return;
  on_join_answer(json);
  listener_.on_joined();
}

}  // namespace parley::bench
