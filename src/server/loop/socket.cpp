#include "server/loop/socket.hpp"

#include <arpa/inet.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace parley::server {

namespace {

constexpr int backlog = 4096;  // the kernel lowers it to net.core.somaxconn

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
  [[nodiscard]] sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

std::expected<SocketAddress, std::string> parse_address(const ListenAddress& address) {
  SocketAddress result;
  auto* four = reinterpret_cast<sockaddr_in*>(&result.storage);
  auto* six = reinterpret_cast<sockaddr_in6*>(&result.storage);
  if (inet_pton(AF_INET, address.host.c_str(), &four->sin_addr) == 1) {
    four->sin_family = AF_INET;
    four->sin_port = htons(address.port);
    result.size = sizeof *four;
    return result;
  }
  if (inet_pton(AF_INET6, address.host.c_str(), &six->sin6_addr) == 1) {
    six->sin6_family = AF_INET6;
    six->sin6_port = htons(address.port);
    result.size = sizeof *six;
    return result;
  }
  return std::unexpected("'" + address.host + "' is not a numeric IPv4 or IPv6 address; use for example 127.0.0.1, 0.0.0.0 or ::");
}

std::string text_of(const sockaddr_storage& storage) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (storage.ss_family == AF_INET) {
    inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in&>(storage).sin_addr, text.data(), text.size());
    return text.data();
  }
  const in6_addr& six = reinterpret_cast<const sockaddr_in6&>(storage).sin6_addr;
  if (IN6_IS_ADDR_V4MAPPED(&six)) {
    inet_ntop(AF_INET, six.s6_addr + 12, text.data(), text.size());
  } else {
    inet_ntop(AF_INET6, &six, text.data(), text.size());
  }
  return text.data();
}

std::string listen_failure(const ListenAddress& address, int error) {
  const bool six = address.host.find(':') != std::string::npos;
  std::string text = "Cannot listen on " + (six ? "[" + address.host + "]" : address.host) + ":" + std::to_string(address.port) + ": " +
                     std::strerror(error);
  if (error == EADDRINUSE) text += "; another program has this port: stop it or choose another port";
  if (error == EACCES) text += "; ports below 1024 need privileges: choose a higher port";
  if (error == EADDRNOTAVAIL) text += "; no network interface has this address: choose one of this machine's, or 0.0.0.0 for all";
  return text;
}

void set_option(int socket, int level, int name, int value) {
  setsockopt(socket, level, name, &value, sizeof value);
}

bool port_is_taken(SocketAddress address) {
  if (ntohs(reinterpret_cast<sockaddr_in*>(&address.storage)->sin_port) == 0) return false;
  const Descriptor probe(::socket(address.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  set_option(probe.get(), SOL_SOCKET, SO_REUSEADDR, 1);
  if (address.storage.ss_family == AF_INET6) set_option(probe.get(), IPPROTO_IPV6, IPV6_V6ONLY, 0);
  return ::bind(probe.get(), address.get(), address.size) != 0 && errno == EADDRINUSE;
}

}  // namespace

Descriptor::~Descriptor() {
  close();
}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  std::swap(value_, other.value_);
  return *this;
}

void Descriptor::close() {
  if (value_ >= 0) ::close(std::exchange(value_, -1));
}

std::expected<Listener, std::string> listen_on(const ListenAddress& address) {
  auto parsed = parse_address(address);
  if (!parsed) return std::unexpected(parsed.error());
  Listener listener{Descriptor(::socket(parsed->storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)), 0};
  const int socket = listener.socket.get();
  if (socket < 0) return std::unexpected(listen_failure(address, errno));
  set_option(socket, SOL_SOCKET, SO_REUSEADDR, 1);
  set_option(socket, SOL_SOCKET, SO_REUSEPORT, 1);
  if (parsed->storage.ss_family == AF_INET6) set_option(socket, IPPROTO_IPV6, IPV6_V6ONLY, address.host == "::" ? 0 : 1);
  if (::bind(socket, parsed->get(), parsed->size) != 0 || ::listen(socket, backlog) != 0) {
    return std::unexpected(listen_failure(address, errno));
  }
  SocketAddress bound;
  bound.size = sizeof bound.storage;
  getsockname(socket, bound.get(), &bound.size);
  listener.port = ntohs(reinterpret_cast<sockaddr_in*>(&bound.storage)->sin_port);
  return listener;
}

std::expected<void, std::string> check_port_free(const ListenAddress& address) {
  auto parsed = parse_address(address);
  if (!parsed) return std::unexpected(parsed.error());
  if (port_is_taken(*parsed)) return std::unexpected(listen_failure(address, EADDRINUSE));
  return {};
}

Accepted accept_from(int listener) {
  SocketAddress peer;
  peer.size = sizeof peer.storage;
  const int socket = ::accept4(listener, peer.get(), &peer.size, SOCK_NONBLOCK | SOCK_CLOEXEC);
  Accepted accepted;
  if (socket >= 0) {
    set_option(socket, IPPROTO_TCP, TCP_NODELAY, 1);
    accepted.kind = Accepted::Kind::connection;
    accepted.socket = Descriptor(socket);
    accepted.remote_address = text_of(peer.storage);
    return accepted;
  }
  accepted.error = errno;
  if (errno == EAGAIN || errno == EWOULDBLOCK) return accepted;
  const bool exhausted = errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM;
  accepted.kind = exhausted ? Accepted::Kind::exhausted : Accepted::Kind::failed;
  return accepted;
}

Transfer receive(int socket, std::span<char> buffer) {
  for (;;) {
    const ssize_t count = ::recv(socket, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (count > 0) return {Transfer::Kind::done, static_cast<std::size_t>(count)};
    if (count == 0) return {Transfer::Kind::ended, 0};
    if (errno == EAGAIN || errno == EWOULDBLOCK) return {Transfer::Kind::would_block, 0};
    if (errno != EINTR) return {Transfer::Kind::failed, 0};
  }
}

Transfer send_some(int socket, std::string_view bytes) {
  for (;;) {
    const ssize_t count = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count >= 0) return {Transfer::Kind::done, static_cast<std::size_t>(count)};
    if (errno == EAGAIN || errno == EWOULDBLOCK) return {Transfer::Kind::would_block, 0};
    if (errno != EINTR) return {Transfer::Kind::failed, 0};
  }
}

std::size_t bytes_in_kernel(int socket) {
  int count = 0;
  return ::ioctl(socket, SIOCOUTQ, &count) == 0 ? static_cast<std::size_t>(count) : 0;
}

void end_sending(int socket) {
  ::shutdown(socket, SHUT_WR);
}

}  // namespace parley::server
