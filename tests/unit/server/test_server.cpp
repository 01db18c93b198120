#include "unit/server/test_server.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <charconv>

namespace parley::server::test {

namespace {

constexpr int patience_ms = 10'000;

ServerConfig on_any_port(ServerConfig config) {
  config.port = 0;
  return config;
}

std::size_t content_length(std::string_view head) {
  const auto at = head.find("Content-Length: ");
  std::size_t length = 0;
  if (at != std::string_view::npos) std::from_chars(head.data() + at + 16, head.data() + head.size(), length);
  return length;
}

}  // namespace

TestServer::TestServer(ServerConfig config, const std::function<void(Server&)>& set_up)
    : server_(on_any_port(std::move(config)), clock_, logs_) {
  set_up(server_);
  const auto listening = server_.listen();
  EXPECT_TRUE(listening.has_value());
  thread_ = std::thread([this] { server_.run(); });
}

TestServer::~TestServer() {
  stop();
}

void TestServer::stop() {
  if (!thread_.joinable()) return;
  server_.stop({});
  thread_.join();
}

Client::Client(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int on = 1;  // otherwise the kernel delays small messages until the previous one is acknowledged
  setsockopt(socket_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  EXPECT_EQ(::connect(socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
}

void Client::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;  // the server has closed; the test checks the bytes it sent before
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

void Client::end_sending() {
  server::end_sending(socket_.get());
}

bool Client::fill() {
  pollfd waiting{socket_.get(), POLLIN, 0};
  if (::poll(&waiting, 1, patience_ms) != 1) {
    ADD_FAILURE() << "nothing came; received so far: " << received_.substr(0, 400);
    return false;
  }
  std::array<char, 65536> buffer;
  const ssize_t count = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
  if (count <= 0) return false;
  received_.append(buffer.data(), static_cast<std::size_t>(count));
  return true;
}

std::string Client::read_until(std::string_view text) {
  while (received_.find(text) == std::string::npos) {
    if (!fill()) {
      ADD_FAILURE() << "the server closed before '" << text << "'; received: " << received_.substr(0, 400);
      return {};
    }
  }
  return read_bytes(received_.find(text) + text.size());
}

std::string Client::read_bytes(std::size_t count) {
  while (received_.size() < count) {
    if (!fill()) {
      ADD_FAILURE() << "the server closed early; received: " << received_.substr(0, 400);
      return {};
    }
  }
  std::string result = received_.substr(0, count);
  received_.erase(0, count);
  return result;
}

std::string Client::read_response(Body body) {
  std::string head = read_until("\r\n\r\n");
  if (body == Body::expected) head += read_bytes(content_length(head));
  return head;
}

std::string Client::read_to_end() {
  while (fill()) {
  }
  return std::exchange(received_, {});
}

void TestHttpHandler::handle(protocol::http::Request request, EventLoop& loop, protocol::http::Respond respond) {
  if (handle_) return handle_(std::move(request), loop, std::move(respond));
  protocol::http::Response response;
  response.headers.push_back({"Content-Type", "text/plain"});
  response.body = request.method + " " + request.target + " " + request.body;
  respond(std::move(response));
}

protocol::http::Response TestHttpHandler::body_too_large(const protocol::http::Request& head) {
  protocol::http::Response response;
  response.status = 413;
  response.body = "too large for " + head.target;
  return response;
}

}  // namespace parley::server::test
