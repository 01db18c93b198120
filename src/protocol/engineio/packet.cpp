// Packets are one character and their data; payloads are packets between record separators.
#include "protocol/engineio/packet.hpp"

#include <simdjson.h>

#include <algorithm>

namespace parley::protocol::engineio {
namespace {

constexpr char separator = '\x1e';
constexpr char base64_mark = 'b';

bool is_type(char character) {
  return character >= '0' && character <= '6';
}

void join(std::string& payload) {
  if (!payload.empty()) {
    payload.push_back(separator);
  }
}

/// As decode_packet, for a piece of `body`: the bytes of base64 overwrite it.
std::expected<Packet, DecodeError> decode_in_place(std::string& body, std::size_t start, std::size_t size) {
  Bytes decoded;
  auto packet = decode_packet(std::string_view(body).substr(start, size), decoded);
  if (!packet) {
    return std::unexpected(DecodeError{start + packet.error().offset, packet.error().what});
  }
  if (packet->binary) {
    std::ranges::copy(decoded, body.begin() + static_cast<std::ptrdiff_t>(start));
    packet->data = std::string_view(body).substr(start, decoded.size());
  }
  return packet;
}

}  // namespace

std::expected<Packet, DecodeError> decode_packet(std::string_view text, Bytes& scratch) {
  if (text.empty()) {
    return std::unexpected(DecodeError{0, "empty packet"});
  }
  if (text.front() == base64_mark) {
    auto bytes = from_base64(text.substr(1));
    if (!bytes) {
      return std::unexpected(DecodeError{1, "not base64"});
    }
    scratch = std::move(*bytes);
    return Packet{PacketType::message, true, scratch};
  }
  if (!is_type(text.front())) {
    return std::unexpected(DecodeError{0, "unknown packet type"});
  }
  return Packet{static_cast<PacketType>(text.front()), false, text.substr(1)};
}

std::expected<std::vector<Packet>, DecodeError> decode_payload(std::string& body) {
  if (!simdjson::validate_utf8(body)) {
    return std::unexpected(DecodeError{0, "not UTF-8"});
  }
  const auto packet_count = static_cast<std::size_t>(std::ranges::count(body, separator)) + 1;
  if (packet_count > limits::polling_packets_max) {
    return std::unexpected(DecodeError{0, "too many packets"});
  }
  std::vector<Packet> packets;
  packets.reserve(packet_count);
  for (std::size_t start = 0; packets.size() < packet_count;) {
    const std::size_t end = std::min(body.find(separator, start), body.size());
    auto packet = decode_in_place(body, start, end - start);
    if (!packet) {
      return std::unexpected(packet.error());
    }
    packets.push_back(*packet);
    start = end + 1;
  }
  return packets;
}

void append_text(std::string& payload, std::string_view packet) {
  join(payload);
  payload.append(packet);
}

void append_packet(std::string& payload, PacketType type, std::string_view data) {
  join(payload);
  payload.push_back(static_cast<char>(type));
  payload.append(data);
}

void append_binary(std::string& payload, BytesView data) {
  join(payload);
  payload.push_back(base64_mark);
  payload.append(to_base64(data));
}

}  // namespace parley::protocol::engineio
