// Ports for servers that must be told theirs. Taken below the range that the system gives to outgoing connections, so that nobody else gets
// the port while its server is away for a moment.
#pragma once

#include <cstdint>

namespace parley::test {

/// A TCP socket bound to a free port of 127.0.0.1, not listening yet. The caller closes it. Throws when there is none.
struct BoundSocket {
  int descriptor;
  std::uint16_t port;
};
[[nodiscard]] BoundSocket bind_free_port();

/// A port that was free a moment ago.
[[nodiscard]] std::uint16_t free_port();

}  // namespace parley::test
