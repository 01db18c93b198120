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
#include <memory>
#include <stdexcept>
#include <unordered_map>

#include "chat.hpp"
#include "listen.hpp"

using parley::bench_floor::Chat;
using parley::bench_floor::Connection;
using parley::bench_floor::listen_on;

namespace {

constexpr int ready_max = 512;  // connections of a turn
constexpr std::size_t receive_bytes = 256 * 1024;

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
      chat_.start_turn();
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
    return chat_.on_bytes(connection, {buffer_.get(), static_cast<std::size_t>(size)});
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
  return parley::bench_floor::run_on_port(argc, argv, [](std::uint16_t port) { Floor(port).run(); });
}
