// One whole HTTP request and the way to its answer. It outlives the connection when the answer comes too late.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "protocol/http/http_handler.hpp"
#include "server/connection/connection.hpp"

namespace parley::server {

class HttpConnection;

/// Threads: those of its connection's loop, but the last reference may be dropped anywhere.
class Exchange {
 public:
  Exchange(Loop& loop, HttpConnection& connection, protocol::http::Request request)
      : request_(std::move(request)), loop_(loop), connection_(&connection) {}

  [[nodiscard]] protocol::http::Request& request() { return request_; }
  [[nodiscard]] Loop& loop() { return loop_; }

  /// Answers. If the client has disconnected, nothing is sent. A second answer is a bug of this server and asserted.
  void respond(protocol::http::Response response);
  /// Answers, then closes the connection.
  void respond_and_close(protocol::http::Response response);
  /// Calls `on_gone` when the client disconnects before it was answered; at once if it already has.
  void watch_client(std::function<void()> on_gone);

  /// Continues after a request for another protocol: called on `target`'s thread with a connection there, which reads nothing before
  /// `converse`. Not called when the client has disconnected.
  using TakeOver = std::move_only_function<void(std::shared_ptr<Connection>)>;
  /// Ends HTTP on this connection and moves it to `target`, where its session lives.
  void hand_over(class Shard& target, TakeOver take_over);

 private:
  friend class HttpConnection;
  void client_gone();

  protocol::http::Request request_;
  Loop& loop_;
  HttpConnection* connection_;  // null once the client has disconnected or the answer is given
  std::function<void()> on_gone_;
  bool gone_ = false;
  bool answered_ = false;
};

}  // namespace parley::server
