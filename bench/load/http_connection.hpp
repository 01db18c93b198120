// One kept-alive HTTP connection of the load client, driven by a poller. The blocking client below uses it before and after the measured
// part.
#pragma once

#include <string>
#include <string_view>

#include "load/http_message.hpp"
#include "load/tcp_stream.hpp"

namespace parley::bench {

class HttpConnection final : private TcpStream::Listener {
 public:
  class Listener {
   public:
    virtual ~Listener() = default;
    virtual void on_open(HttpConnection& connection) = 0;
    /// The views are valid only during the call.
    virtual void on_response(HttpConnection& connection, const HttpResponse& response) = 0;
    virtual void on_closed(HttpConnection& connection, const std::string& reason) = 0;
  };

  /// `number`: the listener's own number for the connection.
  HttpConnection(Poller& poller, const Endpoint& endpoint, Listener& listener, std::size_t number)
      : listener_(listener), number_(number), stream_(poller, endpoint, *this) {}

  [[nodiscard]] std::size_t number() const { return number_; }
  /// Sends a whole request at once, or at the end of the current call from the poller.
  std::string& outbox() { return stream_.outbox(); }
  void flush() { stream_.flush(); }

 private:
  void on_open() override { listener_.on_open(*this); }
  std::size_t on_bytes(std::span<char> bytes) override;
  void on_closed(std::string reason) override { listener_.on_closed(*this, reason); }

  Listener& listener_;
  std::size_t number_;
  TcpStream stream_;
};

/// Sends one request at a time and waits for its answer.
class RestClient final : private HttpConnection::Listener {
 public:
  explicit RestClient(const Endpoint& endpoint);

  struct Answer {
    unsigned status = 0;
    std::string body;
  };
  /// Throws LoadFailure if the connection breaks or no data arrives for 30 s.
  [[nodiscard]] Answer request(const HttpRequest& request);

 private:
  void on_open(HttpConnection&) override {}
  void on_response(HttpConnection&, const HttpResponse& response) override;
  void on_closed(HttpConnection&, const std::string& reason) override;

  Endpoint endpoint_;
  Poller poller_;
  HttpConnection connection_;
  bool answered_ = false;
  Answer answer_;
};

}  // namespace parley::bench
