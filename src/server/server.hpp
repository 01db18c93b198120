// The Socket.IO and HTTP server: listeners, connections, long polling, upgrade, outbound queues, drain. Independent of chat.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/event_loop.hpp"
#include "base/log_sink.hpp"
#include "base/result.hpp"
#include "protocol/engineio/socket_handler.hpp"
#include "protocol/http/http_handler.hpp"
#include "protocol/socketio/namespace_handler.hpp"
#include "protocol/websocket/message_handler.hpp"
#include "server/shared/server_config.hpp"

namespace parley::server {

struct ServerCounts {
  std::uint64_t connections_open = 0;   // Engine.IO sessions now
  std::uint64_t connections_total = 0;  // since start
  std::uint64_t connections_peak = 0;
  std::uint64_t connections_refused = 0;
  std::uint64_t slow_readers_cut = 0;
  std::uint64_t sockets_open = 0;      // accepted connections now
  std::uint64_t strangers = 0;         // of these, the ones without an admitted session
  std::uint64_t handshakes = 0;        // Engine.IO sessions whose CONNECT is not accepted yet
  std::uint64_t strangers_closed = 0;  // idle strangers, cut for new connections
  std::uint64_t newcomers_turned_away = 0;
  std::uint64_t handshakes_ended = 0;  // for newcomers
  std::uint64_t handshakes_refused = 0;
  std::uint64_t holders_cut = 0;  // cut because they held the most when connections held too much
  std::uint64_t bytes_sent = 0;
  // System calls of the loops:
  std::uint64_t sends = 0;
  std::uint64_t receives = 0;
  std::uint64_t waits = 0;          // epoll_wait
  std::uint64_t watch_changes = 0;  // epoll_ctl
};

class Server {
 public:
  /// Makes the loops. Nothing runs yet, so stores and services can be built on `loops()`.
  Server(ServerConfig config, Clock& clock, LogSink& logs);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  [[nodiscard]] std::vector<EventLoop*> loops();
  /// Handlers are set before `listen` and must outlive `run`. Without a namespace handler, its path is answered like any other path.
  void set_http_handler(protocol::http::HttpHandler& handler);
  void set_namespace_handler(protocol::socketio::NamespaceHandler& handler);
  /// Bare Engine.IO at `config.path`, and bare WebSocket at exactly `path`.
  void set_engineio_handler(EngineioConfig config, protocol::engineio::OpenHandler& handler);
  void set_websocket_handler(std::string path, WebsocketConfig config, protocol::websocket::OpenHandler& handler);

  /// Binds and listens. Error invalid_argument: names the address, the cause and the fix.
  [[nodiscard]] Result<void> listen();
  [[nodiscard]] std::uint16_t port() const;  // after listen

  /// Serves until `stop`; the calling thread becomes loop 0.
  void run();
  /// Stops accepting, tells every socket `server shutting down`, finishes writes, then makes `run` return. `before_close` runs on loop 0
  /// once nobody is connected any more; `run` returns when `finished`, its argument, has been called. Threads: any. Call it once.
  void stop(std::move_only_function<void(std::move_only_function<void()> finished)> before_close);

  [[nodiscard]] ServerCounts counts() const;  // Threads: any.

  struct Impl;

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace parley::server
