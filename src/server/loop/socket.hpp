// The few system calls on sockets that the server needs, and textual addresses. Every descriptor is non-blocking and close-on-exec.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace parley::server {

/// Owns a descriptor.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int value) : value_(value) {}
  ~Descriptor();
  Descriptor(Descriptor&& other) noexcept : value_(std::exchange(other.value_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept;

  [[nodiscard]] int get() const { return value_; }
  [[nodiscard]] bool open() const { return value_ >= 0; }
  void close();

 private:
  int value_ = -1;
};

/// An address to listen on: numeric IPv4 or IPv6.
struct ListenAddress {
  std::string host;
  std::uint16_t port = 0;
};

struct Listener {
  Descriptor socket;
  std::uint16_t port = 0;  // the port that the system chose, if it was asked to
};

/// Binds and listens with SO_REUSEPORT, so that each loop has an acceptor of its own. `::` accepts IPv4 as well. Errors: the text names the
/// address, the cause and the fix.
[[nodiscard]] std::expected<Listener, std::string> listen_on(const ListenAddress& address);

/// SO_REUSEPORT would let two servers share a port silently, each with half of the connections. So this check binds without it.
[[nodiscard]] std::expected<void, std::string> check_port_free(const ListenAddress& address);

struct Accepted {
  enum class Kind : std::uint8_t {
    connection,
    nothing,    // no connection waits
    exhausted,  // no descriptors or memory: try again later
    failed,     // this connection ended before it was accepted: continue
  };
  Kind kind = Kind::nothing;
  Descriptor socket;
  std::string remote_address;  // textual IP, an IPv4-mapped address as IPv4
  int error = 0;
};
/// TCP_NODELAY is set: the cork already joins small writes, so Nagle's algorithm would only add delay.
[[nodiscard]] Accepted accept_from(int listener);

struct Transfer {
  enum class Kind : std::uint8_t { done, would_block, ended, failed };
  Kind kind = Kind::done;
  std::size_t count = 0;
};
[[nodiscard]] Transfer receive(int socket, std::span<char> buffer);
/// Never raises SIGPIPE.
[[nodiscard]] Transfer send_some(int socket, std::string_view bytes);
/// Bytes sent that the peer has not acknowledged.
[[nodiscard]] std::size_t bytes_in_kernel(int socket);
/// Shuts down the sending side: the peer sees the end of the stream.
void end_sending(int socket);

}  // namespace parley::server
