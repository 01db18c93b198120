// An echo server for WebSocket test suites, at path /: plain RFC 6455, no Engine.IO. Messages up to 16 MiB.
//
//   websocket_echo --port 9001
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "base/clock.hpp"
#include "base/log_sink.hpp"
#include "server/server.hpp"

namespace websocket = parley::protocol::websocket;

namespace {

constexpr std::size_t message_bytes_max = 16 * 1024 * 1024;

class EchoMessages final : public websocket::MessageHandler {
 public:
  explicit EchoMessages(std::shared_ptr<websocket::Connection> connection) : connection_(std::move(connection)) {}
  void on_message(websocket::MessageKind kind, parley::BytesView payload) override { connection_->send(kind, payload); }
  void on_close(std::uint16_t, std::string_view) override {}

 private:
  std::shared_ptr<websocket::Connection> connection_;
};

class WebsocketEcho final : public websocket::OpenHandler {
 public:
  std::unique_ptr<websocket::MessageHandler> on_open(std::shared_ptr<websocket::Connection> connection) override {
    return std::make_unique<EchoMessages>(std::move(connection));
  }
};

}  // namespace

int main(int argc, char** argv) {
  parley::server::ServerConfig config;
  config.address = "localhost";
  config.port = 9001;
  config.event_loops = 1;
  if (argc == 3 && std::string_view(argv[1]) == "--port") {
    config.port = static_cast<std::uint16_t>(std::atoi(argv[2]));
  } else if (argc != 1) {
    std::fputs("usage: websocket_echo [--port N]\n", stderr);
    return 2;
  }

  sigset_t signals;  // one thread takes them, so that no loop is interrupted
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  parley::SystemClock clock;
  parley::NullLogSink logs;
  parley::server::Server server(std::move(config), clock, logs);
  WebsocketEcho echo;
  // Allows several whole messages in the queue, because the suites send faster than they read.
  server.set_websocket_handler("/", {.message_bytes_max = message_bytes_max, .outbound_queue_bytes_max = 8 * message_bytes_max}, echo);
  if (const auto listening = server.listen(); !listening) {
    std::fprintf(stderr, "%s\n", listening.error().message.c_str());
    return 1;
  }
  std::printf("listening on port %u\n", static_cast<unsigned>(server.port()));
  std::fflush(stdout);
  std::thread waiter([&] {
    int signal = 0;
    sigwait(&signals, &signal);
    server.stop({});
  });
  server.run();
  waiter.join();
  return 0;
}
