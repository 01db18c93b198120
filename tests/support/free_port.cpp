#include "support/free_port.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <system_error>

namespace parley::test {

namespace {

constexpr int port_first = 20'000;
constexpr int port_count = 12'000;  // up to port 31,999; the system's own range begins at 32,768

/// Processes begin at different offsets, so that parallel tests rarely try the same port.
int next_offset() {
  static std::atomic<int> next{static_cast<int>(getpid() % 311) * 37};
  return next.fetch_add(1) % port_count;
}

}  // namespace

BoundSocket bind_free_port() {
  const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (descriptor < 0) throw std::system_error(errno, std::generic_category(), "socket");
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  for (int tried = 0; tried < port_count; ++tried) {
    const auto port = static_cast<std::uint16_t>(port_first + next_offset());
    address.sin_port = htons(port);
    if (bind(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0) return {descriptor, port};
  }
  close(descriptor);
  throw std::system_error(EADDRINUSE, std::generic_category(), "no free port");
}

std::uint16_t free_port() {
  const auto bound = bind_free_port();
  close(bound.descriptor);
  return bound.port;
}

}  // namespace parley::test
