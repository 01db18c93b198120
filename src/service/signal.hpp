// The signalling relay: offers, answers, candidates and the rest, handed to the others of the room as they were sent, and recorded.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "service/client_event.hpp"
#include "service/connection.hpp"
#include "service/rate_limiter.hpp"
#include "service/router.hpp"

namespace parley::service {

/// `Invalid offer message format` and the like: whether a payload has the shape its type asks for (docs/api-contract.md §6.3).
enum class Shape : std::uint8_t { fits, foreign };
[[nodiscard]] Shape shape_of(EventKind kind, std::string_view payload_json);
struct Signal {
  const ClientEvent* event = nullptr;  // one of the four that are relayed
  domain::SessionField session;
  std::string type;          // of a signaling-message: what the client called it, as text
  std::string payload_json;  // as sent; empty: absent
};

/// Relays or refuses. The order of the checks: offers, answers and candidates by their own events: rate, access, ended, size, shape;
/// signaling-message: access, ended, type, rate, size, shape. The size is that of the payload's JSON as sent, at most
/// limits::signalling_payload_bytes_max.
struct Relayed {
  std::int64_t sockets = 0;  // that were sent it
};
void signal(Router& router, EventLoop& from, ConnectionPtr connection, Signal signal, Done<Relayed> done);

}  // namespace parley::service
