// Ports for servers that need a port number before they start. The ports are below the system's range for outgoing connections, so that no
// connection takes the port during a restart of the server.
#pragma once

#include <cstdint>

namespace parley::test {

/// A TCP socket bound to a free port of 127.0.0.1; it does not listen yet. The caller closes it. Throws if no port is free.
struct BoundSocket {
  int descriptor;
  std::uint16_t port;
};
[[nodiscard]] BoundSocket bind_free_port();

/// A port that was free a moment ago; another process may take it.
[[nodiscard]] std::uint16_t free_port();

}  // namespace parley::test
