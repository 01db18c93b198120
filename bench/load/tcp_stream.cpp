#include "load/tcp_stream.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "load/load_failure.hpp"

namespace parley::bench {

namespace {

sockaddr_in address_of(const Endpoint& endpoint) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(endpoint.port);
  if (::inet_pton(AF_INET, endpoint.address.c_str(), &address.sin_addr) != 1) {
    throw LoadFailure("'" + endpoint.address + "' is not a numeric IPv4 address: give --url http://127.0.0.1:PORT");
  }
  return address;
}

int open_socket() {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (descriptor < 0) {
    throw LoadFailure(std::string("socket: ") + std::strerror(errno) + " (many connections need a higher `ulimit -n`)");
  }
  const int on = 1;
  ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));  // best effort: a failure only makes latency worse
  return descriptor;
}

}  // namespace

TcpStream::TcpStream(Poller& poller, const Endpoint& endpoint, Listener& listener)
    : poller_(poller), listener_(listener), descriptor_(open_socket()) {
  const sockaddr_in address = address_of(endpoint);
  if (::connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0 && errno != EINPROGRESS) {
    const std::string reason = std::strerror(errno);
    ::close(descriptor_);
    throw LoadFailure("connect to " + endpoint.to_string() + ": " + reason);
  }
  poller_.add(descriptor_, EPOLLIN | EPOLLOUT, *this);
}

TcpStream::~TcpStream() {
  close();
}

void TcpStream::close() {
  if (state_ == State::closed) return;
  state_ = State::closed;
  poller_.remove(descriptor_);
  ::close(descriptor_);
}

void TcpStream::fail(std::string reason) {
  if (state_ == State::closed) return;
  close();
  listener_.on_closed(std::move(reason));
}

void TcpStream::on_ready(std::uint32_t events) {
  if (state_ == State::closed) return;
  if (state_ == State::connecting) {
    finish_connecting();
    return;
  }
  if ((events & EPOLLOUT) != 0) flush();
  if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) receive();
}

void TcpStream::finish_connecting() {
  int error = 0;
  socklen_t size = sizeof(error);
  ::getsockopt(descriptor_, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) {
    fail(std::string("connect: ") + std::strerror(error));
    return;
  }
  state_ = State::open;
  poller_.change(descriptor_, EPOLLIN, *this);
  listener_.on_open();
  flush();
}

void TcpStream::receive() {
  char* const buffer = poller_.receive_buffer();
  const ssize_t size = ::recv(descriptor_, buffer, Poller::receive_buffer_bytes, 0);
  if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (size < 0) return fail(std::string("recv: ") + std::strerror(errno));
  if (size == 0) return fail("the server closed the connection");
  consume({buffer, static_cast<std::size_t>(size)});
  flush();
}

void TcpStream::consume(std::span<char> bytes) {
  if (kept_.empty()) {
    const auto rest = bytes.subspan(listener_.on_bytes(bytes));
    kept_.assign(rest.data(), rest.size());
    return;
  }
  kept_.append(bytes.data(), bytes.size());
  kept_.erase(0, listener_.on_bytes(kept_));
}

void TcpStream::flush() {
  if (state_ != State::open || outbox_.empty()) return;
  const ssize_t sent = ::send(descriptor_, outbox_.data(), outbox_.size(), MSG_NOSIGNAL);
  if (sent < 0 && errno != EAGAIN && errno != EINTR) return fail(std::string("send: ") + std::strerror(errno));
  if (sent > 0) outbox_.erase(0, static_cast<std::size_t>(sent));
  const bool must_wait = !outbox_.empty();
  if (must_wait == waits_for_room_) return;
  waits_for_room_ = must_wait;
  poller_.change(descriptor_, must_wait ? EPOLLIN | EPOLLOUT : EPOLLIN, *this);
}

}  // namespace parley::bench
