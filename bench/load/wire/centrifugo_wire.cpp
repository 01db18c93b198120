#include "load/wire/centrifugo_wire.hpp"

#include <algorithm>
#include <charconv>

namespace parley::bench {

namespace {

constexpr std::uint64_t connect_id = 1;  // ids of commands; 0 is reserved
constexpr std::uint64_t subscribe_id = 2;
constexpr std::uint64_t first_publish_id = 3;

std::string quoted_start(std::string_view line) {
  return std::string(line.substr(0, 300));
}

}  // namespace

CentrifugoWire::CentrifugoWire(Shared& shared, const Seat& seat, Listener& listener)
    : shared_(shared),
      listener_(listener),
      subscription_(R"({"id":)" + std::to_string(subscribe_id) + R"(,"subscribe":{"channel":")" + seat.room + R"("}})"),
      publish_head_(R"(,"publish":{"channel":")" + seat.room + R"(","data":{"message":")"),
      websocket_(shared.random) {}

void CentrifugoWire::open(std::string& out) {
  websocket_.open({.host = shared_.host, .target = "/connection/websocket"}, out);
}

std::size_t CentrifugoWire::receive(std::span<char> bytes, std::string& out) {
  const std::size_t consumed = websocket_.feed(bytes);
  if (websocket_.is_open() && !connect_sent_) {
    connect_sent_ = true;
    websocket_.put(R"({"id":)" + std::to_string(connect_id) + R"(,"connect":{}})", out);
  }
  while (const auto lines = websocket_.next(out)) on_lines(*lines, out);
  if (!websocket_.failure().empty()) listener_.on_failure(websocket_.failure());
  return consumed;
}

void CentrifugoWire::send(const Message& message, std::string& out) {
  std::string& command = shared_.command;
  command.assign(R"({"id":)").append(std::to_string(message.number + first_publish_id)).append(publish_head_).append(message.text);
  command.append(R"(","clientMessageId":")").append(message.tag).append("\"}}}");
  websocket_.put(command, out);
}

void CentrifugoWire::on_lines(std::string_view lines, std::string& out) {
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find('\n'), lines.size());
    if (end > 0) on_line(lines.substr(0, end), out);
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
}

void CentrifugoWire::on_line(std::string_view json, std::string& out) {
  if (json.starts_with(R"({"push":)")) return on_push(json);
  if (json.starts_with(R"({"id":)")) return on_reply(json, out);
  if (json == "{}") return websocket_.put("{}", out);  // a ping and its pong
  websocket_.fail("a line that is no reply, push or ping: " + quoted_start(json));
}

void CentrifugoWire::on_push(std::string_view json) {
  if (json.find(R"("pub":{)") != std::string_view::npos) {
    return listener_.on_delivery({.tag = shared_.tag.find(json), .text = shared_.text.find(json), .id = std::nullopt});
  }
  websocket_.fail("a push that a run does not expect: " + quoted_start(json));
}

void CentrifugoWire::on_reply(std::string_view json, std::string& out) {
  std::uint64_t id = 0;
  const auto parsed = std::from_chars(json.data() + 6, json.data() + json.size(), id);
  if (parsed.ec != std::errc{} || id == 0) return websocket_.fail("a reply without an id: " + quoted_start(json));
  const std::string_view rest = json.substr(static_cast<std::size_t>(parsed.ptr - json.data()));
  if (id >= first_publish_id) {
    return listener_.on_ack({.number = id - first_publish_id, .accepted = rest.starts_with(R"(,"publish":)"), .id = {}, .answer = json});
  }
  if (id == connect_id && rest.starts_with(R"(,"connect":)")) return websocket_.put(subscription_, out);
  if (id == subscribe_id && rest.starts_with(R"(,"subscribe":)")) return listener_.on_joined();
  websocket_.fail("connecting or subscribing was refused: " + quoted_start(json));
}

}  // namespace parley::bench
