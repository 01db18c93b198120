// Splits long-polling bodies. The parts, joined and split again, must be the same. Also reads the query and the packet of one frame.
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
  (void)decode_packet(input, scratch);  // must not crash; the result does not matter
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
