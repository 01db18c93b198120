#include "server/http/http_connection.hpp"

#include <utility>

#include "base/assert.hpp"
#include "server/connection/shard.hpp"
#include "server/http/http_response.hpp"

namespace parley::server {

using protocol::http::Response;
using Kind = HttpParser::Progress::Kind;

HttpConnection::HttpConnection(Connection& connection, Config config)
    : connection_(connection), config_(config), deadline_(connection.loop(), [this] { on_deadline(); }) {
  deadline_.set(connection_.loop().now() + config_.timeouts.idle);
  connection_.set_idle(true);
}

HttpConnection::~HttpConnection() {
  forget_exchange();
}

std::size_t HttpConnection::on_bytes(std::span<char> bytes) {
  std::size_t used = 0;
  bool stop = false;
  while (!stop && used < bytes.size() && takes_bytes()) {
    if (parser_ == nullptr) used += skip_empty_lines(bytes.subspan(used), stop);
    if (!stop && !connection_.finishing()) used += feed(bytes.subspan(used), stop);
  }
  return used;
}

bool HttpConnection::takes_bytes() {
  if (exchange_ != nullptr || content_ != nullptr || handing_over_ || connection_.finishing()) return false;
  if (parser_ != nullptr) return true;
  if (connection_.unsent_bytes() > limits::http_unsent_bytes_max) {
    connection_.resume_when_unsent(limits::http_unsent_bytes_max);
    return false;
  }
  if (!turn_.is_used_up(connection_.loop())) return true;
  connection_.resume_after_turn();
  return false;
}

std::size_t HttpConnection::skip_empty_lines(std::span<const char> bytes, bool& stop) {
  std::size_t used = 0;
  while (bytes.size() >= used + 2 && bytes[used] == '\r' && bytes[used + 1] == '\n') {
    used += 2;
    if (++empty_lines_ <= limits::http_empty_lines_max) continue;
    head_only_ = false;
    answer(plain_response(400), Then::close);
    return used;
  }
  stop = bytes.size() == used || (bytes.size() == used + 1 && bytes[used] == '\r');  // the line may continue in the next bytes
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
  turn_.count(connection_.loop());
  connection_.set_idle(false);
  deadline_.clear();
  keep_alive_ = parser_->keep_alive();
  http_1_0_ = parser_->http_1_0();
  auto request = parser_->take();
  parser_.reset();
  empty_lines_ = 0;
  head_only_ = request.method == "HEAD";
  request.remote_address = config_.proxies.client_of(connection_.remote_address(), request);
  exchange_ = std::make_shared<Exchange>(connection_.loop(), *this, std::move(request));
  config_.handler.handle(exchange_);
}

void HttpConnection::refuse(Response response) {
  head_only_ = parser_->head().method == "HEAD";
  parser_.reset();
  answer(std::move(response), Then::close);
}

void HttpConnection::answer(Response response, Then then) {
  forget_exchange();
  closes_ = then == Then::close || !keep_alive_ || draining_ || peer_ended_;
  const ResponseFrame frame{connection_.loop().http_date(), head_only_, !closes_, http_1_0_};
  append_response_head(connection_.output(), response, frame);
  const std::chrono::seconds for_content(has_content(response, frame) ? response.content().size() / limits::http_answer_bytes_per_second
                                                                      : 0);
  answer_due_ = connection_.loop().now() + limits::http_answer_timeout + for_content;
  if (has_content(response, frame)) queue_content(std::move(response));
  connection_.written();
  if (content_ == nullptr) return answered();
  deadline_.set(answer_due_);
}

void HttpConnection::queue_content(Response response) {
  if (response.content().size() <= limits::http_slice_bytes) {
    connection_.output() += response.content();
    return;
  }
  content_is_own_ = response.shared_body == nullptr;
  content_ = content_is_own_ ? std::make_shared<const std::string>(std::move(response.body)) : std::move(response.shared_body);
  content_queued_ = 0;
}

bool HttpConnection::refill() {
  if (content_ == nullptr) return false;
  const std::string_view slice = std::string_view(*content_).substr(content_queued_, limits::http_slice_bytes);
  connection_.output() += slice;
  content_queued_ += slice.size();
  if (content_queued_ == content_->size()) {
    content_.reset();
    answered();
  }
  return true;
}

/// The whole answer is queued.
void HttpConnection::answered() {
  if (closes_) {
    deadline_.set(answer_due_);
    return connection_.finish();
  }
  deadline_.set(connection_.loop().now() + config_.timeouts.idle);
  connection_.set_idle(true);
  connection_.resume();
}

std::size_t HttpConnection::held_bytes() const {
  const std::size_t content_bytes = content_ != nullptr && content_is_own_ ? content_->size() : 0;
  return content_bytes + (parser_ == nullptr ? 0 : parser_->body_bytes());
}

void HttpConnection::on_end() {
  peer_ended_ = true;
  if (content_ != nullptr || (exchange_ == nullptr && connection_.unsent_bytes() > 0)) {
    closes_ = true;  // the client may still read its answer
    if (content_ == nullptr) connection_.finish();
    return;
  }
  if (exchange_ == nullptr) return connection_.cut();
  // The client of an ordinary request may still read the answer. But no client half-closes during a pending poll: it has left.
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
  closes_ = true;
  if (exchange_ == nullptr && parser_ == nullptr && content_ == nullptr) connection_.finish();
}

void HttpConnection::on_deadline() {
  if (content_ != nullptr || connection_.unsent_bytes() > 0) {
    if (connection_.loop().now() < answer_due_) return deadline_.set(answer_due_);
    connection_.counts().slow_readers_cut.fetch_add(1, std::memory_order_relaxed);
    return connection_.cut();
  }
  if (parser_ == nullptr) return connection_.finish();  // kept alive, and no request came
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
  // Not now: the connection may still be processing the bytes after the request.
  connection_.loop().post([connection = connection_.shared_from_this(), &target, take_over = std::move(take_over)]() mutable {
    if (!connection->open()) return;
    auto address = connection->remote_address();
    auto move_in = [&target, address = std::move(address), released = connection->release(), take_over = std::move(take_over)]() mutable {
      auto moved = target.adopt(std::move(released.socket), std::move(address));
      moved->take_slot(std::move(released.slot));
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
  if (connection_ != nullptr) connection_->answer(std::move(response), HttpConnection::Then::keep_alive);
}

void Exchange::respond_and_close(Response response) {
  PARLEY_ASSERT(!answered_);
  answered_ = true;
  if (connection_ != nullptr) connection_->answer(std::move(response), HttpConnection::Then::close);
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
