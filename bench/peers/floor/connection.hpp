// One connection of the floor: HTTP until the upgrade, then Engine.IO packets over WebSocket. It decides nothing; floor.cpp owns the
// socket.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "protocol/websocket/frame_codec.hpp"

namespace parley::bench_floor {

struct Connection;
using Room = std::vector<Connection*>;

struct Connection {
  explicit Connection(int the_descriptor) : descriptor(the_descriptor) {}

  int descriptor;
  bool is_websocket = false;
  bool is_dirty = false;        // is in the list of connections to send
  bool waits_for_room = false;  // the socket took only a part; epoll reports when it takes more
  std::string received;         // HTTP that is not complete
  std::string outbox;
  std::string sending;    // io_uring only: the kernel reads these bytes
  bool is_ended = false;  // io_uring only: destroyed when the kernel has answered everything
  std::string session;    // of its room
  std::string sender_id;  // 24 hexadecimal digits
  Room* room = nullptr;
  std::uint64_t sent = 0;  // messages
  protocol::websocket::FrameDecoder decoder;
};

}  // namespace parley::bench_floor
