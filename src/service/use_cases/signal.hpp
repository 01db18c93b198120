// The signalling relay: forwards offers, answers, candidates and the rest unchanged to the others of the room, and records them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "service/session/router.hpp"
#include "service/shared/client_event.hpp"
#include "service/shared/connection.hpp"
#include "service/shared/rate_limiter.hpp"

namespace parley::service {

/// Whether a payload has the shape that its type requires (docs/api-contract.md §6.3); if not: `Invalid offer message format` and the like.
enum class Shape : std::uint8_t { fits, foreign };
[[nodiscard]] Shape shape_of(EventKind kind, std::string_view payload_json);
struct Signal {
  const ClientEvent* event = nullptr;  // one of the four that are relayed
  domain::SessionField session;
  std::string type;          // of a signaling-message: its type, as the client sent it
  std::string payload_json;  // as sent; empty: absent
};

/// Relays or refuses. Order of the checks for offers, answers and candidates with an event of their own: rate, access, ended, size, shape.
/// For a signaling-message: access, ended, type, rate, size, shape. The size is that of the payload's JSON as sent, at most
/// limits::signalling_payload_bytes_max. Threads: that of the connection's loop.
struct Relayed {
  std::int64_t sockets = 0;  // that were sent the signal
};
void signal(Router& router, ConnectionPtr connection, Signal signal, Done<Relayed> done);

}  // namespace parley::service
