// A server on its own threads and a plain blocking client, for tests over real loopback sockets.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "base/clock.hpp"
#include "protocol/http/http_handler.hpp"
#include "server/loop/socket.hpp"
#include "server/server.hpp"
#include "support/collected_logs.hpp"

namespace parley::server::test {

[[nodiscard]] inline ServerConfig one_loop() {
  ServerConfig config;
  config.event_loops = 1;
  return config;
}

/// Listens on a port chosen by the system and runs until it is destroyed.
class TestServer {
 public:
  /// `set_up` sets the handlers.
  TestServer(ServerConfig config, const std::function<void(Server&)>& set_up);
  ~TestServer();

  Server& operator*() { return server_; }
  Server* operator->() { return &server_; }
  [[nodiscard]] const parley::test::CollectedLogs& logs() const { return logs_; }
  /// Stops the server and waits until `run` has returned.
  void stop();

 private:
  SystemClock clock_;
  parley::test::CollectedLogs logs_;
  Server server_;
  std::thread thread_;
};

/// A blocking TCP connection to 127.0.0.1. A wait of 10 s without bytes fails the test instead of blocking it.
class Client {
 public:
  explicit Client(std::uint16_t port);

  void send(std::string_view bytes);
  void end_sending();
  /// Reads until `text` has arrived. Returns everything up to its end.
  std::string read_until(std::string_view text);
  std::string read_bytes(std::size_t count);
  /// Reads one answer: head, and body by its Content-Length. An answer to HEAD has no body.
  enum class Body { expected, none };
  std::string read_response(Body body = Body::expected);
  /// Reads until the server closes the connection. The test fails if it does not.
  std::string read_to_end();
  /// True if the server resets or closes the connection without another byte.
  bool closed_silently() { return read_to_end().empty(); }
  int descriptor() const { return socket_.get(); }

 private:
  bool fill();

  Descriptor socket_;
  std::string received_;
};

/// Answers as the test requests. By default it returns method, target and body as text.
class TestHttpHandler : public protocol::http::HttpHandler {
 public:
  using Handle = std::function<void(protocol::http::Request, EventLoop&, protocol::http::Respond)>;
  TestHttpHandler() = default;
  explicit TestHttpHandler(Handle handle) : handle_(std::move(handle)) {}

  void handle(protocol::http::Request request, EventLoop& loop, protocol::http::Respond respond) override;
  protocol::http::Response body_too_large(const protocol::http::Request& head) override;

 private:
  Handle handle_;
};

}  // namespace parley::server::test
