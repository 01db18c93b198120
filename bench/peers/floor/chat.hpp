// The chat of the floor: rooms, acks and echoes, nothing else. No token is verified, no text is checked, and nothing is kept.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "connection.hpp"

namespace parley::bench_floor {

class Chat {
 public:
  /// Bytes of the client; they are changed in place. Returns false if the connection must be closed.
  [[nodiscard]] bool on_bytes(Connection& connection, std::span<char> bytes);
  void on_closed(Connection& connection);

  /// The messages of this turn get the present time.
  void start_turn();
  /// The connections with something to send, and forgets them.
  std::vector<Connection*> take_dirty();

 private:
  /// Takes the requests in `connection.received` that are complete. `GET /socket.io/` turns the connection into a WebSocket.
  void on_http(Connection& connection);
  /// One Engine.IO packet.
  void on_packet(Connection& connection, std::string_view packet);
  void answer(Connection& connection, std::string_view head);
  void upgrade(Connection& connection, std::string_view head);
  void join(Connection& connection, std::string_view packet);
  void relay(Connection& connection, std::string_view packet);
  void write_message(Connection& sender, std::string_view packet);
  /// Puts one text frame into the outbox.
  void put(Connection& connection, std::string_view packet);
  void mark(Connection& connection);

  std::unordered_map<std::string, Room> rooms_;
  std::vector<Connection*> dirty_;
  std::string time_;
  std::string message_;  // scratch: the message as JSON
  std::string packet_;   // scratch
  std::string frame_;    // scratch
  std::uint64_t sessions_made_ = 0;
  std::uint64_t messages_made_ = 0;
};

}  // namespace parley::bench_floor
