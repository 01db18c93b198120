// The floor under the figures of `make bench-peers`: one thread on epoll that acknowledges and relays chat messages over Socket.IO and
// keeps nothing. It has no service and no store, only the WebSocket codec of the protocol library. No server of the contract can be
// cheaper, so the distance to it is the cost of everything else. Like the server, it handles all ready connections of a turn and then sends
// once to each.
//
//   bench_floor PORT
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <span>
#include <stdexcept>
#include <unordered_map>

#include "chat.hpp"

namespace ws = parley::protocol::websocket;
using parley::bench_floor::Chat;
using parley::bench_floor::Connection;

namespace {

constexpr int ready_max = 512;  // connections of a turn
constexpr std::size_t receive_bytes = 256 * 1024;

int listen_on(std::uint16_t port) {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int on = 1;
  ::setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::bind(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0 || ::listen(descriptor, 1024) != 0) {
    throw std::runtime_error("cannot listen on 127.0.0.1:" + std::to_string(port));
  }
  return descriptor;
}

/// The time of the wall clock as the contract writes it.
std::string iso_time() {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  tm parts{};
  ::gmtime_r(&now.tv_sec, &parts);
  std::array<char, 32> text{};
  const std::size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts);
  std::array<char, 8> milliseconds{};
  std::snprintf(milliseconds.data(), milliseconds.size(), ".%03dZ", static_cast<int>(now.tv_nsec / 1'000'000));
  return std::string(text.data(), size) + milliseconds.data();
}

class Floor {
 public:
  explicit Floor(std::uint16_t port)
      : poller_(::epoll_create1(EPOLL_CLOEXEC)), listener_(listen_on(port)), buffer_(new char[receive_bytes]) {
    watch(EPOLL_CTL_ADD, listener_, EPOLLIN);
  }

  [[noreturn]] void run() {
    std::array<epoll_event, ready_max> events;
    for (;;) {
      const int count = ::epoll_wait(poller_, events.data(), ready_max, -1);
      chat_.set_time(iso_time());
      for (int index = 0; index < count; ++index) on_ready(events[static_cast<std::size_t>(index)]);
      for (Connection* connection : chat_.take_dirty()) send(*connection);
    }
  }

 private:
  void watch(int operation, int descriptor, std::uint32_t events) const {
    epoll_event event{};
    event.events = events;
    event.data.fd = descriptor;
    if (::epoll_ctl(poller_, operation, descriptor, &event) != 0) throw std::runtime_error("epoll_ctl failed");
  }

  void on_ready(const epoll_event& event) {
    if (event.data.fd == listener_) return accept();
    const auto found = connections_.find(event.data.fd);
    if (found == connections_.end()) return;  // closed earlier in this turn
    Connection& connection = *found->second;
    if ((event.events & EPOLLOUT) != 0) send(connection);
    if ((event.events & ~static_cast<std::uint32_t>(EPOLLOUT)) != 0 && !receive(connection)) close(connection);
  }

  void accept() {
    for (int descriptor = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC); descriptor >= 0;
         descriptor = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)) {
      const int on = 1;
      ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
      connections_[descriptor] = std::make_unique<Connection>(descriptor);
      watch(EPOLL_CTL_ADD, descriptor, EPOLLIN);
    }
  }

  /// Returns false if the connection has ended.
  bool receive(Connection& connection) {
    const ssize_t size = ::recv(connection.descriptor, buffer_.get(), receive_bytes, 0);
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) return true;
    if (size <= 0) return false;
    const std::span<char> bytes{buffer_.get(), static_cast<std::size_t>(size)};
    if (connection.is_websocket) return on_frames(connection, bytes);
    connection.received.append(bytes.data(), bytes.size());
    chat_.on_http(connection);
    return true;
  }

  bool on_frames(Connection& connection, std::span<char> bytes) {
    connection.decoder.feed(bytes);
    for (ws::Decoded got = connection.decoder.next(); got.kind != ws::Decoded::Kind::need_more; got = connection.decoder.next()) {
      if (got.kind != ws::Decoded::Kind::text) return false;
      chat_.on_packet(connection, got.payload);
    }
    return true;
  }

  void send(Connection& connection) {
    const ssize_t sent = ::send(connection.descriptor, connection.outbox.data(), connection.outbox.size(), MSG_NOSIGNAL);
    if (sent > 0) connection.outbox.erase(0, static_cast<std::size_t>(sent));
    const bool must_wait = !connection.outbox.empty();  // of a broken connection, the next receive reports the end
    if (must_wait == connection.waits_for_room) return;
    connection.waits_for_room = must_wait;
    watch(EPOLL_CTL_MOD, connection.descriptor, must_wait ? EPOLLIN | EPOLLOUT : EPOLLIN);
  }

  void close(Connection& connection) {
    chat_.on_closed(connection);
    const int descriptor = connection.descriptor;
    ::close(descriptor);  // epoll forgets a closed descriptor
    connections_.erase(descriptor);
  }

  int poller_;
  int listener_;
  std::unique_ptr<char[]> buffer_;
  Chat chat_;
  std::unordered_map<int, std::unique_ptr<Connection>> connections_;
};

}  // namespace

int main(int argc, char** argv) {
  const int port = argc == 2 ? std::atoi(argv[1]) : 0;
  if (port <= 0 || port > 65'535) {
    std::fputs("usage: bench_floor PORT\n", stderr);
    return 2;
  }
  try {
    Floor(static_cast<std::uint16_t>(port)).run();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_floor: %s\n", error.what());
    return 1;
  }
}
