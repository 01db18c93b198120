// Routes whole requests on one loop: by path to Socket.IO, Engine.IO and bare WebSocket, and everything else to the HTTP handler.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/entropy.hpp"
#include "base/refused_origins.hpp"
#include "server/connection/admission.hpp"
#include "server/engineio/engineio_endpoint.hpp"
#include "server/engineio/socketio_connection.hpp"
#include "server/http/http_connection.hpp"
#include "server/websocket/bare_websocket.hpp"

namespace parley::server {

/// The settings and handlers of an application, the same for all loops.
struct Site {
  struct Websocket {
    std::string path;
    WebsocketConfig config;
    protocol::websocket::OpenHandler* handler;
  };
  struct Engineio {
    EngineioConfig config;
    protocol::engineio::OpenHandler* handler = nullptr;  // exactly one of these two is set
    protocol::socketio::NamespaceHandler* namespaces = nullptr;
  };
  ServerConfig config;
  TrustedProxies proxies;
  std::unique_ptr<Admission> admission;  // set by `listen`
  protocol::http::HttpHandler* http = nullptr;
  std::vector<Websocket> websockets;
  std::vector<std::unique_ptr<Engineio>> engineio;
  SessionTotals totals;
  std::unique_ptr<RefusedOrigins> refused_origins;
};

/// Threads: its loop's.
class Front final : public RequestHandler {
 public:
  Front(Site& site, Shard& shard);

  /// The endpoints, in the order of site.engineio, so that those of all loops can be made siblings.
  [[nodiscard]] const std::vector<std::unique_ptr<EngineioEndpoint>>& endpoints() { return endpoints_; }
  void accept(Descriptor socket, std::string remote_address);
  /// Tells every session that the server stops. Connections end as soon as their work in progress is done.
  void drain();

  void handle(std::shared_ptr<Exchange> exchange) override;
  std::size_t body_bytes_max(const protocol::http::Request& head) override;
  protocol::http::Response body_too_large(const protocol::http::Request& head) override;

 private:
  [[nodiscard]] EngineioEndpoint* endpoint_of(std::string_view path) const;
  [[nodiscard]] const Site::Websocket* websocket_of(std::string_view path) const;

  Site& site_;
  Shard& shard_;
  SystemEntropy entropy_;
  std::vector<std::unique_ptr<SocketioOpenHandler>> socketio_;
  std::vector<std::unique_ptr<EngineioEndpoint>> endpoints_;
};

}  // namespace parley::server
