// Writes packets. The common event is written from its pieces into the shared packet, without a temporary string.
#include <array>
#include <charconv>

#include "base/assert.hpp"
#include "base/json_writer.hpp"
#include "protocol/socketio/namespace_handler.hpp"
#include "protocol/socketio/packet.hpp"

namespace parley::protocol::socketio {
namespace {

constexpr char message_type = '4';

/// A number as text, without allocation.
class Digits {
 public:
  explicit Digits(std::uint64_t value) : end_(std::to_chars(text_.data(), text_.data() + text_.size(), value).ptr) {}
  [[nodiscard]] std::string_view view() const { return {text_.data(), end_}; }

 private:
  std::array<char, 20> text_;
  char* end_;
};

/// The namespace in its packet form: empty for the main one.
std::string_view nsp_text(std::string_view nsp) {
  return nsp == "/" ? std::string_view{} : nsp;
}
std::string_view nsp_end(std::string_view nsp) {
  return nsp == "/" ? std::string_view{} : std::string_view(",");
}

PacketType type_to_write(const PacketToWrite& packet) {
  if (packet.attachments.empty()) {
    return packet.type;
  }
  PARLEY_ASSERT(packet.type == PacketType::event || packet.type == PacketType::ack);
  return packet.type == PacketType::event ? PacketType::binary_event : PacketType::binary_ack;
}

/// `arguments` after the event's name, as the array of the packet.
std::string event_array(std::string_view name, std::string_view arguments) {
  std::string json = "[";
  append_json_string(json, name);
  if (!arguments.empty()) {
    json.append(",").append(arguments);
  }
  json.push_back(']');
  return json;
}

bool needs_escape(std::string_view name) {
  for (const char character : name) {
    if (static_cast<std::uint8_t>(character) < 0x20 || character == '"' || character == '\\') {
      return true;
    }
  }
  return false;
}

}  // namespace

void append_packet(std::string& out, const PacketToWrite& packet) {
  out.push_back(static_cast<char>('0' + static_cast<int>(type_to_write(packet))));
  if (!packet.attachments.empty()) {
    out.append(Digits(packet.attachments.size()).view()).push_back('-');
  }
  out.append(nsp_text(packet.nsp)).append(nsp_end(packet.nsp));
  if (packet.id) {
    out.append(Digits(*packet.id).view());
  }
  out.append(packet.json);
}

engineio::PacketPtr encode_packet(const PacketToWrite& packet) {
  std::string text(1, message_type);
  append_packet(text, packet);
  return packet.attachments.empty() ? EncodedPacket::text(text) : EncodedPacket::with_attachments(text, packet.attachments);
}

PacketPtr encode_event(std::string_view nsp, std::string_view name, std::string_view arguments) {
  if (needs_escape(name)) {
    return encode_packet({.nsp = nsp, .json = event_array(name, arguments)});
  }
  const std::string_view comma = arguments.empty() ? std::string_view{} : std::string_view(",");
  return EncodedPacket::text({"42", nsp_text(nsp), nsp_end(nsp), "[\"", name, "\"", comma, arguments, "]"});
}

PacketPtr encode_ack(std::string_view nsp, std::uint64_t id, std::string_view arguments) {
  return EncodedPacket::text({"43", nsp_text(nsp), nsp_end(nsp), Digits(id).view(), "[", arguments, "]"});
}

PacketPtr encode_event(std::string_view nsp, std::string_view name, std::string_view arguments, std::span<const Bytes> attachments) {
  return encode_packet({.nsp = nsp, .json = event_array(name, arguments), .attachments = attachments});
}

PacketPtr encode_ack(std::string_view nsp, std::uint64_t id, std::string_view arguments, std::span<const Bytes> attachments) {
  std::string json = "[";
  json.append(arguments).push_back(']');
  return encode_packet({.type = PacketType::ack, .nsp = nsp, .id = id, .json = json, .attachments = attachments});
}

PacketPtr encode_connect(std::string_view nsp, std::string_view sid, std::string_view extra_json) {
  std::string json = R"({"sid":)";
  append_json_string(json, sid);
  if (!extra_json.empty()) {
    json.append(",").append(extra_json);
  }
  json.push_back('}');
  return encode_packet({.type = PacketType::connect, .nsp = nsp, .json = json});
}

PacketPtr encode_connect_error(std::string_view nsp, std::string_view message, std::string_view data_json) {
  std::string json = R"({"message":)";
  append_json_string(json, message);
  if (!data_json.empty()) {
    json.append(R"(,"data":)").append(data_json);
  }
  json.push_back('}');
  return encode_packet({.type = PacketType::connect_error, .nsp = nsp, .json = json});
}

PacketPtr encode_disconnect(std::string_view nsp) {
  return encode_packet({.type = PacketType::disconnect, .nsp = nsp});
}

std::string_view name_of(DisconnectReason reason) {
  switch (reason) {
    case DisconnectReason::client_namespace_disconnect:
      return "client namespace disconnect";
    case DisconnectReason::server_namespace_disconnect:
      return "server namespace disconnect";
    case DisconnectReason::transport_close:
      return "transport close";
    case DisconnectReason::transport_error:
      return "transport error";
    case DisconnectReason::ping_timeout:
      return "ping timeout";
    case DisconnectReason::parse_error:
      return "parse error";
    case DisconnectReason::server_shutting_down:
      break;
  }
  return "server shutting down";
}

}  // namespace parley::protocol::socketio
