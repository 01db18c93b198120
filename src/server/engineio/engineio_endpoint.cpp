#include "server/engineio/engineio_endpoint.hpp"

#include <algorithm>
#include <utility>

#include "protocol/websocket/handshake.hpp"
#include "server/http/http_response.hpp"

namespace parley::server {

namespace engineio = protocol::engineio;
namespace websocket = protocol::websocket;
using engineio::RequestKind;
using protocol::http::Header;
using protocol::http::Request;
using protocol::http::Response;

namespace {

// The first character of a sid encodes the loop, 0 to 63 (limits::event_loops_max); the other 19 are random, 114 bits.
constexpr std::string_view sid_alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::size_t sid_size = 20;
static_assert(limits::event_loops_max <= sid_alphabet.size());

std::string header_of(const Request& request, std::string_view name, std::size_t size_max) {
  const std::string* value = request.find(name);
  return value == nullptr ? std::string() : value->substr(0, size_max);
}

EngineioSession::Binary binary_of(const engineio::Query& query) {
  return query.b64 ? EngineioSession::Binary::base64 : EngineioSession::Binary::frames;
}

Response no_room_for_handshake() {
  Response response = plain_response(503);
  response.body = "Too many sockets have not signed in yet. Try again in a moment.\n";
  response.headers.push_back({"Retry-After", std::to_string(limits::handshake_retry_after.count())});
  return response;
}

void greet(Connection& connection, const websocket::Acceptance& acceptance) {
  connection.output() += websocket::switching_protocols(acceptance);
  connection.written();
}

}  // namespace

bool EngineioEndpoint::serves(std::string_view path) const {
  const std::string_view own = config_.engineio.path;
  return path.starts_with(own) || (own.ends_with('/') && path == own.substr(0, own.size() - 1));
}

void EngineioEndpoint::handle(const std::shared_ptr<Exchange>& exchange) {
  Request& request = exchange->request();
  if (request.method == "OPTIONS") return answer_preflight(exchange);
  auto query = engineio::Query::parse(request.query());
  const auto kind = engineio::classify(query, {request.method, websocket::asks_for_websocket(request)});
  auto session_request = std::make_shared<SessionRequest>(
      SessionRequest::Parts{.query = std::move(query),
                            .kind = kind.value_or(RequestKind::poll),
                            .body = std::move(request.body),
                            .octet_stream = header_of(request, "Content-Type", 64).starts_with("application/octet-stream"),
                            .cors = cors_headers(request)},
      exchange);
  if (!kind) return session_request->answer_error(kind.error());
  switch (*kind) {
    case RequestKind::open_polling:
      return open_polling(session_request);
    case RequestKind::open_websocket:
      return open_websocket(session_request);
    case RequestKind::poll:
    case RequestKind::post:
    case RequestKind::probe_websocket:
      return forward(session_request);
  }
}

void EngineioEndpoint::open_polling(const SessionRequestPtr& request) {
  const Request& opening = request->exchange()->request();
  auto slot = config_.admission.shake_hands(opening.remote_address);
  if (!slot) return request->answer(no_room_for_handshake());
  make_session(opening, *std::move(slot), engineio::Transport::polling)->open(request, config_.handler);
}

void EngineioEndpoint::open_websocket(const SessionRequestPtr& request) {
  const auto& exchange = request->exchange();
  auto accept = websocket::check_request(exchange->request());
  if (!accept) return request->answer(std::move(accept.error()), SessionRequest::Then::close);
  auto slot = config_.admission.shake_hands(exchange->request().remote_address);
  if (!slot) return request->answer(no_room_for_handshake(), SessionRequest::Then::close);
  exchange->hand_over(config_.shard, [this, request, accept = std::move(*accept),
                                      slot = *std::move(slot)](const std::shared_ptr<Connection>& connection) mutable {
    greet(*connection, accept);
    const auto session = make_session(request->exchange()->request(), std::move(slot), engineio::Transport::websocket);
    session->open(connection, binary_of(request->parts.query), config_.handler);
  });
}

void EngineioEndpoint::forward(const SessionRequestPtr& request) {
  EngineioEndpoint* owner = owner_of(request->parts.query.sid);
  if (owner == nullptr) return request->answer_error(engineio::RequestError::session_id_unknown);
  if (request->parts.kind == RequestKind::poll) {
    request->exchange()->watch_client([owner, weak = std::weak_ptr(request)] {
      const auto gone = weak.lock();
      if (gone == nullptr) return;
      auto tell = [owner, gone] {
        if (const auto session = owner->find(gone->parts.query.sid)) session->poll_gone(gone);
      };
      if (owner->config_.shard.loop().in_this_thread()) {
        tell();
      } else {
        owner->config_.shard.loop().post(std::move(tell));
      }
    });
  }
  if (owner == this) return serve(request);
  owner->config_.shard.loop().post([owner, request] { owner->serve(request); });
}

void EngineioEndpoint::serve(const SessionRequestPtr& request) {
  const auto session = find(request->parts.query.sid);
  const auto current = session == nullptr ? std::nullopt : std::optional(session->current());
  const bool probes = request->parts.kind == RequestKind::probe_websocket;
  const auto checked = engineio::check_session(request->parts.query, request->parts.kind, current);
  // A second WebSocket of a session is accepted and closed, as the JavaScript server does: its client would treat a 400 as an error.
  if (!checked && !(probes && session != nullptr)) return request->answer_error(checked.error());
  if (request->parts.kind == RequestKind::poll) return session->poll(request);
  if (request->parts.kind == RequestKind::post) return session->post(request);
  if (request->origin().in_this_thread()) return probe(request, *this);
  request->origin().post([this, request] { probe(request, *this); });
}

/// Runs on the loop that accepted the request.
void EngineioEndpoint::probe(const SessionRequestPtr& request, EngineioEndpoint& owner) {
  const auto& exchange = request->exchange();
  auto accept = websocket::check_request(exchange->request());
  if (!accept) return request->answer(std::move(accept.error()), SessionRequest::Then::close);
  exchange->hand_over(owner.config_.shard, [&owner, request, accept = std::move(*accept)](const std::shared_ptr<Connection>& connection) {
    greet(*connection, accept);
    owner.take_probe(request->parts.query.sid, connection, binary_of(request->parts.query));
  });
}

void EngineioEndpoint::take_probe(const std::string& sid, const std::shared_ptr<Connection>& connection, EngineioSession::Binary binary) {
  if (const auto session = find(sid)) return session->probe(connection, binary);
  connection->finish();  // the session ended while its WebSocket was on the way
}

Response EngineioEndpoint::body_too_large(const Request& head) {
  const auto sid = engineio::query_value(head.query(), "sid").value_or("");
  if (EngineioEndpoint* owner = owner_of(sid)) {
    owner->config_.shard.loop().post([owner, sid] {
      if (const auto session = owner->find(sid)) session->refuse_too_large();
    });
  }
  Response response = plain_response(413);
  for (auto& header : cors_headers(head)) response.headers.push_back(std::move(header));
  return response;
}

void EngineioEndpoint::shut_down() {
  const auto sessions = sessions_;
  for (const auto& [sid, session] : sessions) session->shut_down();
}

std::vector<Header> EngineioEndpoint::cors_headers(const Request& request) const {
  const auto& allowed = config_.engineio.cors_origins;
  if (allowed.empty()) return {};
  std::vector<Header> headers = {{"Vary", "Origin"}, {"Access-Control-Allow-Credentials", "true"}};
  const std::string* origin = request.find("Origin");
  if (origin == nullptr) return headers;
  if (std::find(allowed.begin(), allowed.end(), *origin) != allowed.end()) {
    headers.push_back({"Access-Control-Allow-Origin", *origin});
  } else if (!request.is_own_origin(*origin) && !websocket::asks_for_websocket(request)) {
    config_.refused_origins.note(*origin, request.path());
  }
  return headers;
}

void EngineioEndpoint::answer_preflight(const std::shared_ptr<Exchange>& exchange) const {
  Response response;
  response.status = 204;
  response.headers = cors_headers(exchange->request());
  response.headers.push_back({"Access-Control-Allow-Methods", "GET,POST"});
  response.headers.push_back({"Access-Control-Allow-Headers", "Content-Type,Authorization,X-Requested-With,Idempotency-Key"});
  response.headers.push_back({"Access-Control-Max-Age", "86400"});
  exchange->respond(std::move(response));
}

std::shared_ptr<EngineioSession> EngineioEndpoint::make_session(const Request& request, Handshakes::Slot slot, engineio::Transport first) {
  engineio::Handshake handshake{.sid = make_sid(),
                                .remote_address = request.remote_address,
                                .user_agent = header_of(request, "User-Agent", limits::user_agent_bytes_max),
                                .query = std::string(request.query())};
  // Applications may keep the session and release it on any thread; it is destroyed on its own loop, with its timers.
  auto end_on_loop = [&loop = config_.shard.loop()](EngineioSession* ended) {
    std::unique_ptr<EngineioSession> session(ended);
    if (!loop.in_this_thread()) loop.post([session = std::move(session)] {});
  };
  const std::shared_ptr<EngineioSession> session(new EngineioSession(session_config_, std::move(handshake), std::move(slot), first),
                                                 end_on_loop);
  sessions_.emplace(session->handshake().sid, session);
  return session;
}

std::string EngineioEndpoint::make_sid() {
  std::string sid(1, sid_alphabet[config_.shard.loop().index()]);
  for (const std::uint8_t byte : config_.entropy.bytes<sid_size - 1>()) sid += sid_alphabet[byte % sid_alphabet.size()];
  return sid;
}

EngineioEndpoint* EngineioEndpoint::owner_of(std::string_view sid) const {
  if (sid.size() != sid_size) return nullptr;
  const std::size_t index = sid_alphabet.find(sid.front());
  return index < siblings_.size() ? siblings_[index] : nullptr;
}

std::shared_ptr<EngineioSession> EngineioEndpoint::find(const std::string& sid) const {
  const auto found = sessions_.find(sid);
  return found == sessions_.end() ? nullptr : found->second;
}

}  // namespace parley::server
