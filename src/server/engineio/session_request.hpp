// A long-polling request on its way from the loop that accepted it to the loop of its session. Also returns the answer to the first loop.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "protocol/engineio/handshake.hpp"
#include "server/http/exchange.hpp"
#include "server/loop/loop.hpp"

namespace parley::server {

class SessionRequest {
 public:
  struct Parts {
    protocol::engineio::Query query;
    protocol::engineio::RequestKind kind;
    std::string body;
    bool octet_stream = false;
    std::vector<protocol::http::Header> cors;
  };
  SessionRequest(Parts request, std::shared_ptr<Exchange> exchange) : parts(std::move(request)), exchange_(std::move(exchange)) {}

  Parts parts;

  [[nodiscard]] Loop& origin() { return exchange_->loop(); }
  [[nodiscard]] const std::shared_ptr<Exchange>& exchange() const { return exchange_; }

  /// Threads: any. Call it once.
  enum class Then : std::uint8_t { keep_alive, close };
  void answer(protocol::http::Response response, Then then = Then::keep_alive);
  /// A payload of packets, compressed where this saves bytes and the client accepts it.
  void answer_packets(std::string payload);
  /// Status 400 and the JSON of the error.
  void answer_error(protocol::engineio::RequestError error);

 private:
  /// Passes the response, with the headers of every answer, to `how` on the loop that accepted the request.
  using How = std::move_only_function<void(Exchange& exchange, protocol::http::Response response)>;
  void respond(protocol::http::Response response, How how);

  std::shared_ptr<Exchange> exchange_;
};
using SessionRequestPtr = std::shared_ptr<SessionRequest>;

}  // namespace parley::server
