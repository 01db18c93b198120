#include "server/http_connection.hpp"

#include <utility>

#include "base/assert.hpp"
#include "server/http_response.hpp"
#include "server/shard.hpp"

namespace parley::server {

using protocol::http::Response;
using Kind = HttpParser::Progress::Kind;

HttpConnection::HttpConnection(Connection& connection, Config config)
    : connection_(connection), config_(config), deadline_(connection.loop(), [this] { on_deadline(); }) {
  deadline_.set(connection_.loop().now() + config_.timeouts.idle);
}

HttpConnection::~HttpConnection() {
  forget_exchange();
}

std::size_t HttpConnection::on_bytes(std::span<char> bytes) {
  std::size_t used = 0;
  bool stop = false;
  while (!stop && exchange_ == nullptr && !handing_over_ && !connection_.finishing() && used < bytes.size()) {
    used += feed(bytes.subspan(used), stop);
  }
  return used;
}

std::size_t HttpConnection::feed(std::span<const char> bytes, bool& stop) {
  if (parser_ == nullptr) {
    parser_ = std::make_unique<HttpParser>();
    deadline_.set(connection_.loop().now() + config_.timeouts.request);
  }
  auto progress = parser_->feed(bytes);
  std::size_t used = progress.used;
  if (progress.kind == Kind::head) {
    on_head();
    progress = parser_->feed(bytes.subspan(used));
    used += progress.used;
  }
  switch (progress.kind) {
    case Kind::head:
    case Kind::need_more:
      stop = used == 0 || used == bytes.size();
      break;
    case Kind::whole:
      on_whole();
      break;
    case Kind::body_too_large:
      refuse(config_.handler.body_too_large(parser_->head()));
      break;
    case Kind::bad:
      refuse(plain_response(progress.status));
      break;
  }
  return used;
}

void HttpConnection::on_head() {
  const std::size_t body_bytes_max = config_.handler.body_bytes_max(parser_->head());
  parser_->limit_body(body_bytes_max);
  if (!parser_->expects_continue()) return;
  connection_.output() += "HTTP/1.1 100 Continue\r\n\r\n";
  connection_.written();
}

void HttpConnection::on_whole() {
  deadline_.clear();
  keep_alive_ = parser_->keep_alive();
  http_1_0_ = parser_->http_1_0();
  auto request = parser_->take();
  parser_.reset();
  head_only_ = request.method == "HEAD";
  request.remote_address = config_.proxies.client_of(connection_.remote_address(), request);
  exchange_ = std::make_shared<Exchange>(connection_.loop(), *this, std::move(request));
  config_.handler.handle(exchange_);
}

void HttpConnection::refuse(Response response) {
  head_only_ = parser_->head().method == "HEAD";
  parser_.reset();
  answer(response, Then::close);
}

void HttpConnection::answer(const Response& response, Then then) {
  forget_exchange();
  const bool keep_alive = then == Then::keep_alive && keep_alive_ && !draining_ && !peer_ended_;
  append_response(connection_.output(), response, {connection_.loop().http_date(), head_only_, keep_alive, http_1_0_});
  connection_.written();
  if (!keep_alive) {
    deadline_.clear();
    connection_.finish();
    return;
  }
  deadline_.set(connection_.loop().now() + config_.timeouts.idle);
  connection_.resume();
}

void HttpConnection::on_end() {
  peer_ended_ = true;
  if (exchange_ == nullptr) return connection_.cut();
  // It may still read the answer of an ordinary request, but nobody half-closes while a poll hangs: that is a client that left.
  if (exchange_->on_gone_) connection_.cut();
}

void HttpConnection::on_gone() {
  deadline_.clear();
  if (exchange_ == nullptr) return;
  const auto exchange = std::exchange(exchange_, nullptr);
  exchange->client_gone();
}

void HttpConnection::drain() {
  draining_ = true;
  if (exchange_ == nullptr && parser_ == nullptr) connection_.finish();
}

void HttpConnection::on_deadline() {
  if (parser_ == nullptr) return connection_.finish();  // kept alive, and nothing came
  refuse(plain_response(408));
}

void HttpConnection::forget_exchange() {
  if (exchange_ == nullptr) return;
  exchange_->connection_ = nullptr;
  exchange_->on_gone_ = nullptr;
  exchange_.reset();
}

void HttpConnection::give_way(Shard& target, Exchange::TakeOver take_over) {
  forget_exchange();
  handing_over_ = true;
  deadline_.clear();
  // Not now: the bytes behind the request may still be in the hands of the connection.
  connection_.loop().post([connection = connection_.shared_from_this(), &target, take_over = std::move(take_over)]() mutable {
    if (!connection->open()) return;
    auto address = connection->remote_address();
    auto move_in = [&target, address = std::move(address), released = connection->release(), take_over = std::move(take_over)]() mutable {
      auto moved = target.adopt(std::move(released.socket), std::move(address));
      moved->prepend(std::move(released.unread));
      moved->output() += released.unsent;
      take_over(std::move(moved));
    };
    if (&target.loop() == &connection->loop()) {
      move_in();
    } else {
      target.loop().post(std::move(move_in));
    }
  });
}

void Exchange::respond(Response response) {
  PARLEY_ASSERT(!answered_);
  answered_ = true;
  if (connection_ != nullptr) connection_->answer(response, HttpConnection::Then::keep_alive);
}

void Exchange::respond_and_close(Response response) {
  PARLEY_ASSERT(!answered_);
  answered_ = true;
  if (connection_ != nullptr) connection_->answer(response, HttpConnection::Then::close);
}

void Exchange::watch_client(std::function<void()> on_gone) {
  if (gone_) return on_gone();
  on_gone_ = std::move(on_gone);
}

void Exchange::hand_over(Shard& target, TakeOver take_over) {
  PARLEY_ASSERT(!answered_);
  answered_ = true;
  if (connection_ != nullptr) connection_->give_way(target, std::move(take_over));
}

void Exchange::client_gone() {
  connection_ = nullptr;
  gone_ = true;
  if (auto on_gone = std::exchange(on_gone_, nullptr)) on_gone();
}

}  // namespace parley::server
