#include "load/wire/protocol.hpp"

#include <utility>

#include "load/wire/centrifugo_wire.hpp"
#include "load/wire/nats_wire.hpp"
#include "load/wire/socketio_wire.hpp"

namespace parley::bench {

std::unique_ptr<WireFactory> make_wires(Protocol protocol, const Endpoint& endpoint, Random& random) {
  switch (protocol) {
    case Protocol::socketio:
      return std::make_unique<SocketioWires>(endpoint, random);
    case Protocol::centrifugo:
      return std::make_unique<CentrifugoWires>(endpoint, random);
    case Protocol::nats:
      return std::make_unique<NatsWires>(random);
  }
  std::unreachable();
}

}  // namespace parley::bench
