// An echo server for protocol test suites: Engine.IO at /engine.io/, Socket.IO at /socket.io/. It uses only `protocol` and `server`, and is
// the smallest program that shows how to build on them.
//
//   protocol_echo --port 3000 [--address ADDRESS] [--loops N] [--ping-interval MS] [--ping-timeout MS]
//
// Engine.IO    sends every message back.
// Socket.IO    sends `auth` with the CONNECT payload on connect; answers `message` with `message-back` and acknowledges `message-with-ack`,
//              each with the received arguments; answers `message-volatile` with `message-volatile-back` if it can send at once; has the
//              namespaces `/` and `/custom`.
// Timing       heartbeat 300 ms and 200 ms, payloads up to 1,000,000 bytes, one second to send CONNECT: the official suites expect this.
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "base/clock.hpp"
#include "base/log_sink.hpp"
#include "server/server.hpp"

namespace engineio = parley::protocol::engineio;
namespace socketio = parley::protocol::socketio;

namespace {

class EchoSocket final : public engineio::SocketHandler {
 public:
  explicit EchoSocket(std::shared_ptr<engineio::Socket> socket) : socket_(std::move(socket)) {}
  void on_text(std::string_view text) override { socket_->send(engineio::encode_message(text)); }
  void on_binary(parley::BytesView bytes) override { socket_->send(engineio::EncodedPacket::binary(bytes)); }
  void on_close(engineio::CloseReason) override {}

 private:
  std::shared_ptr<engineio::Socket> socket_;
};

class EngineioEcho final : public engineio::OpenHandler {
 public:
  std::unique_ptr<engineio::SocketHandler> on_open(std::shared_ptr<engineio::Socket> socket) override {
    return std::make_unique<EchoSocket>(std::move(socket));
  }
};

/// The arguments after the event's name: for `["name",1,2]` the result is `1,2`.
std::string_view arguments_of(std::string_view json) {
  std::size_t end_of_name = json.find('"') + 1;
  while (json[end_of_name] != '"') end_of_name += json[end_of_name] == '\\' ? 2 : 1;
  const std::size_t comma = json.find(',', end_of_name);
  if (comma == std::string_view::npos) return {};
  return json.substr(comma + 1, json.rfind(']') - comma - 1);
}

class EventEcho final : public socketio::SocketHandler {
 public:
  EventEcho(std::string nsp, std::shared_ptr<socketio::Peer> peer) : nsp_(std::move(nsp)), peer_(std::move(peer)) {}

  void on_event(const socketio::Event& event) override {
    const std::string_view arguments = arguments_of(event.json);
    if (event.name == "message") peer_->send(socketio::encode_event(nsp_, "message-back", arguments, event.attachments));
    if (event.name == "message-volatile") peer_->send_volatile(socketio::encode_event(nsp_, "message-volatile-back", arguments));
    if (event.name == "message-with-ack" && event.ack_id) {
      peer_->send(socketio::encode_ack(nsp_, *event.ack_id, arguments, event.attachments));
    }
  }
  void on_ack(std::uint64_t, std::string_view, std::span<const parley::Bytes>) override {}
  void on_disconnect(socketio::DisconnectReason) override {}

 private:
  const std::string nsp_;
  const std::shared_ptr<socketio::Peer> peer_;
};

class SocketioEcho final : public socketio::NamespaceHandler {
 public:
  void on_connect(const socketio::ConnectRequest& request, std::shared_ptr<socketio::Peer> peer, socketio::Decide decide) override {
    const std::string nsp(request.nsp);
    const std::string auth(request.auth_json.empty() ? "{}" : request.auth_json);
    decide(socketio::ConnectAccepted{std::make_unique<EventEcho>(nsp, peer), {}});
    peer->send(socketio::encode_event(nsp, "auth", auth));
  }
};

class StderrLog final : public parley::LogSink {
 public:
  void write(parley::LogLevel level, std::string_view, std::string_view message, std::initializer_list<parley::LogField> fields) override {
    if (level < parley::LogLevel::warning) return;
    std::fprintf(stderr, "%.*s", static_cast<int>(message.size()), message.data());
    for (const auto& [name, value] : fields) {
      std::fprintf(stderr, " %.*s=%.*s", static_cast<int>(name.size()), name.data(), static_cast<int>(value.size()), value.data());
    }
    std::fputc('\n', stderr);
  }
};

using std::chrono_literals::operator""ms;

struct Options {
  parley::server::ServerConfig server;
  std::chrono::milliseconds ping_interval = 300ms;
  std::chrono::milliseconds ping_timeout = 200ms;
};

parley::server::EngineioConfig echo_config(std::string path, const Options& options) {
  parley::server::EngineioConfig config;
  config.path = std::move(path);
  config.ping_interval = options.ping_interval;
  config.ping_timeout = options.ping_timeout;
  config.connect_timeout = 1000ms;
  config.namespaces = {"/", "/custom"};
  return config;
}

std::optional<Options> parse(int argc, char** argv) {
  Options options;
  options.server.address = "localhost";
  options.server.event_loops = 1;
  for (int index = 1; index < argc; index += 2) {
    const std::string_view flag = argv[index];
    if (index + 1 == argc) return std::nullopt;
    const long number = std::atol(argv[index + 1]);
    if (flag == "--port") {
      options.server.port = static_cast<std::uint16_t>(number);
    } else if (flag == "--address") {
      options.server.address = argv[index + 1];
    } else if (flag == "--loops") {
      options.server.event_loops = static_cast<std::size_t>(number);
    } else if (flag == "--ping-interval") {
      options.ping_interval = std::chrono::milliseconds(number);
    } else if (flag == "--ping-timeout") {
      options.ping_timeout = std::chrono::milliseconds(number);
    } else {
      return std::nullopt;
    }
  }
  return options;
}

}  // namespace

int main(int argc, char** argv) {
  auto options = parse(argc, argv);
  if (!options) {
    std::fputs("usage: protocol_echo [--port N] [--address ADDRESS] [--loops N] [--ping-interval MS] [--ping-timeout MS]\n", stderr);
    return 2;
  }
  options->server.engineio = echo_config("/socket.io/", *options);

  sigset_t signals;  // one thread takes them, so that no loop is interrupted
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  parley::SystemClock clock;
  StderrLog logs;
  parley::server::Server server(options->server, clock, logs);
  EngineioEcho engineio_echo;
  SocketioEcho socketio_echo;
  server.set_engineio_handler(echo_config("/engine.io/", *options), engineio_echo);
  server.set_namespace_handler(socketio_echo);
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
