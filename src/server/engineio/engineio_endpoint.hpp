// One Engine.IO path on one loop: its handshakes and the sessions that started here. A sid encodes its loop. So a request that another loop
// accepted is forwarded, and a WebSocket moves to the loop of its session.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/entropy.hpp"
#include "base/refused_origins.hpp"
#include "protocol/engineio/socket_handler.hpp"
#include "server/connection/admission.hpp"
#include "server/connection/shard.hpp"
#include "server/engineio/engineio_session.hpp"
#include "server/engineio/session_request.hpp"
#include "server/http/exchange.hpp"

namespace parley::server {

/// Threads: its loop's.
class EngineioEndpoint {
 public:
  struct Config {
    Shard& shard;
    const EngineioConfig& engineio;
    protocol::engineio::OpenHandler& handler;
    SessionTotals& totals;
    Admission& admission;
    Entropy& entropy;
    RefusedOrigins& refused_origins;
  };
  explicit EngineioEndpoint(Config config)
      : config_(config), session_config_{config_.shard, config_.engineio, config_.totals, [this](EngineioSession& session) {
                                           sessions_.erase(session.handshake().sid);
                                         }} {}

  /// The endpoints of the same path on every loop, by index. They live as long as this one.
  void set_siblings(std::vector<EngineioEndpoint*> siblings) { siblings_ = std::move(siblings); }

  /// Whether this endpoint serves a path: `/socket.io`, `/socket.io/` and everything below.
  [[nodiscard]] bool serves(std::string_view path) const;
  void handle(const std::shared_ptr<Exchange>& exchange);
  /// The answer to a body above `body_bytes_max`. Closes the session that the request names.
  [[nodiscard]] protocol::http::Response body_too_large(const protocol::http::Request& head);
  [[nodiscard]] std::size_t body_bytes_max() const { return config_.engineio.payload_bytes_max; }

  /// Closes every session, reason `server shutting down`.
  void shut_down();

 private:
  void open_polling(const SessionRequestPtr& request);
  void open_websocket(const SessionRequestPtr& request);
  void forward(const SessionRequestPtr& request);
  void serve(const SessionRequestPtr& request);
  void probe(const SessionRequestPtr& request, EngineioEndpoint& owner);
  void take_probe(const std::string& sid, const std::shared_ptr<Connection>& connection, EngineioSession::Binary binary);

  [[nodiscard]] std::vector<protocol::http::Header> cors_headers(const protocol::http::Request& request) const;
  void answer_preflight(const std::shared_ptr<Exchange>& exchange) const;
  [[nodiscard]] std::shared_ptr<EngineioSession> make_session(const protocol::http::Request& request, Handshakes::Slot slot,
                                                              protocol::engineio::Transport first);
  [[nodiscard]] std::string make_sid();
  [[nodiscard]] EngineioEndpoint* owner_of(std::string_view sid) const;
  [[nodiscard]] std::shared_ptr<EngineioSession> find(const std::string& sid) const;

  Config config_;
  const EngineioSession::Config session_config_;
  std::vector<EngineioEndpoint*> siblings_;
  std::unordered_map<std::string, std::shared_ptr<EngineioSession>> sessions_;
};

}  // namespace parley::server
