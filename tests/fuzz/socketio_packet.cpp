// Decodes Socket.IO packets, encodes and decodes them again, and compares. Attachments go to the packet that announces them.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/utf8.hpp"
#include "protocol/socketio/packet.hpp"

namespace {

using namespace parley::protocol::socketio;

void require(bool holds) {
  if (!holds) {
    std::abort();
  }
}

void check_round_trip(const WholePacket& whole) {
  const Packet& packet = whole.packet;
  require(parley::is_valid_utf8(packet.json) && parley::is_valid_utf8(packet.name) && parley::is_valid_utf8(packet.nsp));
  require(whole.attachments.size() == packet.attachment_count);
  PacketType type = packet.type;
  if (type == PacketType::binary_event || type == PacketType::binary_ack) {
    if (packet.attachment_count == 0) {
      return;  // the encoder writes this as a plain packet
    }
    type = type == PacketType::binary_event ? PacketType::event : PacketType::ack;
  }
  std::string text;
  append_packet(text, {.type = type, .nsp = packet.nsp, .id = packet.id, .json = packet.json, .attachments = whole.attachments});
  PacketDecoder decoder;
  const auto again = decoder.decode(text);
  require(again && again->type == packet.type && again->nsp == packet.nsp && again->id == packet.id);
  require(again->name == packet.name && again->json == packet.json && again->attachment_count == packet.attachment_count);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static PacketDecoder decoder;  // reused between inputs, as a server reuses it between connections
  PacketAssembler assembler;
  const std::vector<char> own(data, data + size);
  auto result = assembler.on_text(decoder, {own.data(), own.size()});
  if (!result) {
    require(result.error().offset <= size);
    return 0;
  }
  while (!*result) {
    result = assembler.on_binary("attachment");
    require(result.has_value());
  }
  check_round_trip(**result);
  return 0;
}
