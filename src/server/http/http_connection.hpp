// HTTP/1.1 on one connection: whole requests in, one at a time, and answers out; keep-alive, pipelining, limits and timeouts.
//
// A request is parsed only when the answer before it is nearly sent, and long answers are queued in slices. So a client that sends requests
// and does not read makes the server hold only one answer (docs/adr/0016).
#pragma once

#include <memory>
#include <string>

#include "protocol/http/http_handler.hpp"
#include "server/connection/connection.hpp"
#include "server/http/exchange.hpp"
#include "server/http/http_parser.hpp"
#include "server/loop/turn_share.hpp"
#include "server/shared/client_address.hpp"

namespace parley::server {

/// Receives whole requests. One per loop.
class RequestHandler {
 public:
  virtual ~RequestHandler() = default;
  virtual void handle(std::shared_ptr<Exchange> exchange) = 0;
  [[nodiscard]] virtual std::size_t body_bytes_max(const protocol::http::Request& head) = 0;
  [[nodiscard]] virtual protocol::http::Response body_too_large(const protocol::http::Request& head) = 0;
};

struct HttpTimeouts {
  std::chrono::milliseconds request = limits::http_request_timeout;
  std::chrono::milliseconds idle = limits::http_idle_timeout;
};

class HttpConnection final : public Conversation {
 public:
  struct Config {
    RequestHandler& handler;
    const TrustedProxies& proxies;
    HttpTimeouts timeouts;
  };
  HttpConnection(Connection& connection, Config config);
  ~HttpConnection() override;

  std::size_t on_bytes(std::span<char> bytes) override;
  void on_end() override;
  void on_gone() override;
  void drain() override;
  bool refill() override;
  [[nodiscard]] std::size_t held_bytes() const override;

 private:
  friend class Exchange;
  enum class Then : std::uint8_t { keep_alive, close };

  /// Whether bytes can be taken now. If not, and if nothing else will resume the reading, asks to be offered them again.
  [[nodiscard]] bool takes_bytes();
  /// Empty lines before a request (RFC 9112 §2.2). The connection stays idle; too many lines are answered with 400.
  [[nodiscard]] std::size_t skip_empty_lines(std::span<const char> bytes, bool& stop);
  [[nodiscard]] std::size_t feed(std::span<const char> bytes, bool& stop);
  void on_head();
  void on_whole();
  void refuse(protocol::http::Response response);
  void answer(protocol::http::Response response, Then then);
  void queue_content(protocol::http::Response response);
  void answered();
  void give_way(Shard& target, Exchange::TakeOver take_over);
  void on_deadline();
  void forget_exchange();

  Connection& connection_;
  Config config_;
  Deadline deadline_;
  std::unique_ptr<HttpParser> parser_;          // while a request arrives
  std::shared_ptr<Exchange> exchange_;          // while it is being answered
  std::shared_ptr<const std::string> content_;  // of a long answer, while it is being queued
  std::size_t content_queued_ = 0;
  bool content_is_own_ = false;  // otherwise the content is shared
  TurnShare<limits::http_requests_of_turn, limits::http_requests_per_turn> turn_;
  SteadyTime answer_due_{};      // deadline for sending the newest answer
  std::size_t empty_lines_ = 0;  // skipped since the last request
  bool head_only_ = false;
  bool keep_alive_ = true;
  bool closes_ = false;  // after this answer
  bool http_1_0_ = false;
  bool peer_ended_ = false;
  bool draining_ = false;
  bool handing_over_ = false;
};

}  // namespace parley::server
