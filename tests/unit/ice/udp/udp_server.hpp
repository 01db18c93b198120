// A UDP server on 127.0.0.1: a thread passes each datagram to the test and sends the answer of the test.
#pragma once

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/bytes.hpp"

namespace parley::ice::test {

class UdpServer {
 public:
  /// `answer` runs on the server's thread, one datagram at a time.
  using Answer = std::function<std::optional<Bytes>(BytesView datagram)>;
  explicit UdpServer(Answer answer) : answer_(std::move(answer)), socket_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(socket_, reinterpret_cast<sockaddr*>(&address), size) != 0) std::abort();
    if (::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size) != 0) std::abort();
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { run(); });
  }
  ~UdpServer() {
    stopping_ = true;
    ::shutdown(socket_, SHUT_RDWR);
    thread_.join();
    ::close(socket_);
  }
  UdpServer(const UdpServer&) = delete;
  UdpServer& operator=(const UdpServer&) = delete;

  [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::size_t received() const { return received_; }

 private:
  void run() {
    std::string buffer(2'000, '\0');
    while (!stopping_) {
      pollfd one{socket_, POLLIN, 0};
      constexpr int look_again_ms = 50;  // on some systems shutdown does not wake the poll of a UDP socket
      if (::poll(&one, 1, look_again_ms) <= 0) continue;
      sockaddr_in peer{};
      socklen_t size = sizeof peer;
      const auto got = ::recvfrom(socket_, buffer.data(), buffer.size(), MSG_DONTWAIT, reinterpret_cast<sockaddr*>(&peer), &size);
      if (got <= 0) continue;
      const auto reply = answer_(BytesView(buffer).substr(0, static_cast<std::size_t>(got)));
      ++received_;
      if (reply) ::sendto(socket_, reply->data(), reply->size(), 0, reinterpret_cast<sockaddr*>(&peer), size);
    }
  }

  Answer answer_;
  int socket_;
  std::uint16_t port_ = 0;
  std::atomic<bool> stopping_ = false;
  std::atomic<std::size_t> received_ = 0;
  std::thread thread_;
};

}  // namespace parley::ice::test
