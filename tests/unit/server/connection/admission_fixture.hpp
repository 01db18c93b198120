// A server whose limits on unknown clients a test chooses, and a namespace that lets in those who say `yes`.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "protocol/socketio/namespace_handler.hpp"
#include "unit/server/test_server.hpp"
#include "unit/server/websocket_client.hpp"

namespace parley::server::test {

namespace socketio = protocol::socketio;

inline constexpr std::string_view get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

inline bool until(const std::function<bool()>& is_so) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{10};
  while (!is_so()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds{2});
  }
  return true;
}

inline std::string repeated(std::string_view text, std::size_t times) {
  std::string all;
  for (std::size_t index = 0; index < times; ++index) all += text;
  return all;
}

inline protocol::http::Response answer_of(std::string body) {
  protocol::http::Response response;
  response.body = std::move(body);
  return response;
}

/// Accepts a client that sends `yes`, and refuses every event.
class Doorman final : public socketio::NamespaceHandler {
 public:
  void on_connect(const socketio::ConnectRequest& request, std::shared_ptr<socketio::Peer> peer, socketio::Decide decide) override {
    if (request.auth_json.find("yes") == std::string_view::npos) return decide(std::unexpected(socketio::ConnectRefused{"no entry", {}}));
    decide(socketio::ConnectAccepted{std::make_unique<Refusing>(*this, std::move(peer)), {}});
  }
  std::atomic<int> refused = 0;

 private:
  class Refusing final : public socketio::SocketHandler {
   public:
    Refusing(Doorman& owner, std::shared_ptr<socketio::Peer> peer) : owner_(owner), peer_(std::move(peer)) {}
    void on_event(const socketio::Event&) override {
      ++owner_.refused;
      peer_->count_refusal();
    }
    void on_ack(std::uint64_t, std::string_view, std::span<const Bytes>) override {}
    void on_disconnect(socketio::DisconnectReason) override {}

   private:
    Doorman& owner_;
    std::shared_ptr<socketio::Peer> peer_;
  };
};

class AdmissionTest : public testing::Test {
 protected:
  void start(ServerConfig config = one_loop(), TestHttpHandler::Handle handle = {}) {
    handler = std::make_unique<TestHttpHandler>(std::move(handle));
    server = std::make_unique<TestServer>(std::move(config), [this](Server& made) {
      made.set_http_handler(*handler);
      made.set_namespace_handler(doorman);
    });
  }
  [[nodiscard]] Client connect() { return Client((*server)->port()); }
  [[nodiscard]] WebsocketClient shake_hands() { return {(*server)->port(), "/socket.io/?EIO=4&transport=websocket"}; }
  [[nodiscard]] ServerCounts counts() { return (*server)->counts(); }
  static std::string ask(Client& client) {
    client.send(get);
    return client.read_response();
  }

  Doorman doorman;
  std::unique_ptr<TestHttpHandler> handler;
  std::unique_ptr<TestServer> server;
};

}  // namespace parley::server::test
