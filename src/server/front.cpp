#include "server/front.hpp"

#include <utility>

#include "server/http/http_response.hpp"

namespace parley::server {

using protocol::http::Request;
using protocol::http::Response;

Front::Front(Site& site, Shard& shard) : site_(site), shard_(shard) {
  for (const auto& engineio : site.engineio) {
    protocol::engineio::OpenHandler* handler = engineio->handler;
    if (handler == nullptr) {
      socketio_.push_back(
          std::make_unique<SocketioOpenHandler>(SocketioShared{*engineio->namespaces, engineio->config, site.totals, entropy_}));
      handler = socketio_.back().get();
    }
    endpoints_.push_back(std::make_unique<EngineioEndpoint>(
        EngineioEndpoint::Config{shard, engineio->config, *handler, site.totals, *site.admission, entropy_, *site.refused_origins}));
  }
}

void Front::accept(Descriptor socket, std::string remote_address) {
  auto slot = site_.admission->admit(remote_address, shard_.strangers());
  if (!slot) return;
  const auto connection = shard_.adopt(std::move(socket), std::move(remote_address));
  connection->take_slot(*std::move(slot));
  const HttpConnection::Config config{*this, site_.proxies, {site_.config.http_request_timeout, site_.config.http_idle_timeout}};
  connection->converse(std::make_unique<HttpConnection>(*connection, config));
}

void Front::drain() {
  for (const auto& endpoint : endpoints_) endpoint->shut_down();
  shard_.for_each_connection([](Connection& connection) { connection.drain(); });
}

void Front::handle(std::shared_ptr<Exchange> exchange) {
  const std::string_view path = exchange->request().path();
  if (EngineioEndpoint* endpoint = endpoint_of(path)) return endpoint->handle(exchange);
  if (const Site::Websocket* websocket = websocket_of(path)) {
    return open_bare_websocket(exchange, shard_, websocket->config, *websocket->handler);
  }
  if (site_.http == nullptr) return exchange->respond(plain_response(404));
  Request request = std::move(exchange->request());
  site_.http->handle(std::move(request), exchange->loop(), [exchange](Response response) { exchange->respond(std::move(response)); });
}

std::size_t Front::body_bytes_max(const Request& head) {
  const EngineioEndpoint* endpoint = endpoint_of(head.path());
  return endpoint == nullptr ? site_.config.http_body_bytes_max : endpoint->body_bytes_max();
}

Response Front::body_too_large(const Request& head) {
  if (EngineioEndpoint* endpoint = endpoint_of(head.path())) return endpoint->body_too_large(head);
  return site_.http == nullptr ? plain_response(413) : site_.http->body_too_large(head);
}

EngineioEndpoint* Front::endpoint_of(std::string_view path) const {
  for (const auto& endpoint : endpoints_) {
    if (endpoint->serves(path)) return endpoint.get();
  }
  return nullptr;
}

const Site::Websocket* Front::websocket_of(std::string_view path) const {
  for (const auto& websocket : site_.websockets) {
    if (websocket.path == path) return &websocket;
  }
  return nullptr;
}

}  // namespace parley::server
