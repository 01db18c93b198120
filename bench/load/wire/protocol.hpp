// The protocols that a run can speak.
#pragma once

#include <cstdint>
#include <memory>

#include "load/endpoint.hpp"
#include "load/random.hpp"
#include "load/wire/chat_wire.hpp"

namespace parley::bench {

enum class Protocol : std::uint8_t { socketio, centrifugo, nats };

/// `random` must outlive the factory.
[[nodiscard]] std::unique_ptr<WireFactory> make_wires(Protocol protocol, const Endpoint& endpoint, Random& random);

}  // namespace parley::bench
