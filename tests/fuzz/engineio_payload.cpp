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

std::string joined_again(Payload& payload) {
  std::string joined;
  while (!payload.done()) {
    const Packet packet = payload.next();
    if (packet.binary) {
      append_binary(joined, packet.data);
    } else {
      append_packet(joined, packet.type, packet.data);
    }
  }
  return joined;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string input(reinterpret_cast<const char*>(data), size);
  parley::Bytes scratch;
  (void)decode_packet(input, scratch);  // only has to survive
  (void)classify(Query::parse(input), {.method = "GET"});
  Payload payload(input);
  if (const auto fault = payload.fault()) {
    require(fault->offset <= size);
    return 0;
  }
  const std::string first = joined_again(payload);
  Payload again(first);
  require(!again.fault());
  require(joined_again(again) == first);
  return 0;
}
