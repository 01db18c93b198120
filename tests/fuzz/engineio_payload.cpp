// Splits long-polling bodies. What is split and joined again is split the same; the query and the packet of one frame are read too.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "protocol/engineio/handshake.hpp"
#include "protocol/engineio/packet.hpp"

namespace {

using namespace parley::protocol::engineio;

void require(bool holds) {
  if (!holds) {
    std::abort();
  }
}

std::string joined(const std::vector<Packet>& packets) {
  std::string payload;
  for (const Packet& packet : packets) {
    if (packet.binary) {
      append_binary(payload, packet.data);
    } else {
      append_packet(payload, packet.type, packet.data);
    }
  }
  return payload;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string input(reinterpret_cast<const char*>(data), size);
  parley::Bytes scratch;
  (void)decode_packet(input, scratch);  // only has to survive
  (void)classify(Query::parse(input), {.method = "GET"});
  std::string body = input;
  const auto packets = decode_payload(body);
  if (!packets) {
    require(packets.error().offset <= size);
    return 0;
  }
  const std::string first = joined(*packets);
  std::string again_body = first;
  const auto again = decode_payload(again_body);
  require(again.has_value() && again->size() == packets->size());
  require(joined(*again) == first);
  return 0;
}
