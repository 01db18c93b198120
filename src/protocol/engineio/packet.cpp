// A packet is one character and its data; a payload is a list of packets joined by record separators.
#include "protocol/engineio/packet.hpp"

#include <simdjson.h>

#include "base/assert.hpp"

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

std::string_view Payload::piece_at(std::size_t start) const {
  return std::string_view(body_).substr(start, body_.find(separator, start) - start);
}

std::optional<DecodeError> Payload::fault() const {
  if (!simdjson::validate_utf8(body_)) {
    return DecodeError{0, "not UTF-8"};
  }
  Bytes scratch;
  for (std::size_t start = 0; start <= body_.size();) {
    const std::string_view piece = piece_at(start);
    const auto packet = decode_packet(piece, scratch);
    if (!packet) {
      return DecodeError{start + packet.error().offset, packet.error().what};
    }
    start += piece.size() + 1;
  }
  return std::nullopt;
}

Packet Payload::next() {
  PARLEY_ASSERT(!done());
  const std::string_view piece = piece_at(start_);
  const auto packet = decode_packet(piece, scratch_);
  PARLEY_ASSERT(packet.has_value());
  start_ += piece.size() + 1;
  return *packet;
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
