// The packets that a connection may send now: the state of each of its namespaces, as in the JavaScript server.
//
//   (none) ── CONNECT ──► deciding ── accepted ──► connected ── DISCONNECT from the client ──► (none)
//                            │                         └────── left by the server ──► left ── CONNECT ──► deciding
//                            └── refused ──► (none)
//
// A packet other than CONNECT for a namespace that is not connected closes the connection. A namespace that the server has left is the
// exception: the client may not know this yet, so its packets are ignored.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/socketio/packet.hpp"

namespace parley::protocol::socketio {

class ConnectionState {
 public:
  /// `namespaces`: the existing namespaces; must outlive this.
  explicit ConnectionState(std::span<const std::string> namespaces) : known_(namespaces) {}

  enum class Action : std::uint8_t {
    decide,            // ask the application, then call accepted or refused
    refuse_namespace,  // answer with CONNECT_ERROR `Invalid namespace`; the connection stays
    deliver_event,
    deliver_ack,
    leave,  // the client left the namespace: its socket gets `client namespace disconnect`
    ignore,
    close,  // a protocol error: close the connection, reason `parse error`
  };
  [[nodiscard]] Action on_packet(PacketType type, std::string_view nsp);

  /// The application's decision on a CONNECT for which on_packet returned `decide`.
  void accepted(std::string_view nsp);
  void refused(std::string_view nsp);
  /// The server left the namespace (Peer::disconnect).
  void left(std::string_view nsp);

  /// No namespace is connected or waits for its decision. Such a connection is closed after limits::connect_timeout.
  [[nodiscard]] bool unused() const;

 private:
  enum class Life : std::uint8_t { deciding, connected, left };
  struct Space {
    std::string name;
    Life life;
  };
  [[nodiscard]] Space* find(std::string_view nsp);
  [[nodiscard]] Action on_connect(std::string_view nsp);
  void forget(std::string_view nsp);

  std::span<const std::string> known_;
  std::vector<Space> spaces_;  // at most limits::namespaces_per_connection_max
};

}  // namespace parley::protocol::socketio
