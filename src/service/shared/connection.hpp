// One connected socket as the use cases see it.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "domain/revocation.hpp"
#include "domain/user.hpp"
#include "protocol/socketio/namespace_handler.hpp"

namespace parley::service {

using CallerPtr = std::shared_ptr<const domain::Caller>;

/// Shared by the socket's handler and the sessions that it joined. Only `gone` changes, so any thread may read it. `peer` is called on its
/// own loop only (Outbox ensures this).
struct Connection {
  std::uint64_t id = 0;  // unique in this process
  CallerPtr caller;
  domain::TokenId token{};  // the token that admitted the socket
  std::shared_ptr<protocol::socketio::Peer> peer;
  std::size_t loop_index = 0;
  mutable std::atomic<bool> gone = false;  // set once, before its rooms are left: a join in progress then adds no member
};
using ConnectionPtr = std::shared_ptr<const Connection>;

/// One of the places that a socket has for its sessions (limits::joined_sessions_max). The socket's handler and the session share it. The
/// session sets on its own thread whether it has ended: an ended session keeps its room, but its place is free.
struct RoomPlace {
  std::atomic<bool> is_free = false;
};
using RoomPlacePtr = std::shared_ptr<RoomPlace>;

}  // namespace parley::service
