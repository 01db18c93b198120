// A server with a namespace that records everything, and the requests of a client of Socket.IO.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "protocol/socketio/packet.hpp"
#include "unit/server/websocket_client.hpp"

namespace parley::server::test {

namespace socketio = protocol::socketio;

/// Echoes `echo` with its arguments as ack, acts as other events request, and records everything for the test's thread.
class RecordingNamespace final : public socketio::NamespaceHandler {
 public:
  void on_connect(const socketio::ConnectRequest& request, std::shared_ptr<socketio::Peer> peer, socketio::Decide decide) override {
    note("connect " + std::string(request.nsp) + " " + std::string(request.auth_json));
    if (request.auth_json.find("keep") != std::string_view::npos) {
      const std::scoped_lock lock(mutex_);
      kept_.push_back(peer);
    }
    if (request.auth_json.find("refuse") != std::string_view::npos) {
      return decide(std::unexpected(socketio::ConnectRefused{"no entry", R"({"why":"test"})"}));
    }
    auto accept = [this, peer, nsp = std::string(request.nsp), decide = std::move(decide)]() mutable {
      decide(socketio::ConnectAccepted{std::make_unique<Socket>(*this, nsp, peer), R"("extra":1)"});
      note("decided");
    };
    if (request.auth_json.find("later") == std::string_view::npos) return accept();
    peer->loop().call_after(std::chrono::milliseconds(30), std::move(accept));
  }

  /// At each event of this name `act` runs on the loop. Set it only while no request is in progress.
  void at_event(std::string name, std::function<void(socketio::Peer&)> act) {
    awaited_event_ = std::move(name);
    do_at_event_ = std::move(act);
  }
  void note(std::string what) {
    const std::scoped_lock lock(mutex_);
    notes_.push_back(std::move(what));
    changed_.notify_all();
  }
  /// Waits until `what` was recorded.
  bool noted(const std::string& what) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(10), [&] { return std::count(notes_.begin(), notes_.end(), what) != 0; });
  }
  /// Peers of the connections that requested to be kept.
  std::vector<std::shared_ptr<socketio::Peer>> take_kept() {
    const std::scoped_lock lock(mutex_);
    return std::exchange(kept_, {});
  }
  std::vector<std::string> notes() {
    const std::scoped_lock lock(mutex_);
    return notes_;
  }

 private:
  class Socket final : public socketio::SocketHandler {
   public:
    Socket(RecordingNamespace& owner, std::string nsp, std::shared_ptr<socketio::Peer> peer)
        : owner_(owner), nsp_(std::move(nsp)), peer_(std::move(peer)) {}
    void on_event(const socketio::Event& event) override {
      if (event.name == "echo") peer_->send(socketio::encode_event(nsp_, "back", "1"));
      if (event.name == "leave") peer_->disconnect(socketio::Peer::Close::namespace_only);
      if (event.name == "close") peer_->disconnect(socketio::Peer::Close::transport);
      if (event.name == "flood") {
        const std::string large = "\"" + std::string(1024 * 1024, 'x') + "\"";
        for (int index = 0; index < 16; ++index) peer_->send(socketio::encode_event(nsp_, "large", large));
      }
      if (event.name == "farewell") {
        for (int index = 0; index < 40; ++index) peer_->send(socketio::encode_event(nsp_, "bye", std::to_string(index)));
        peer_->disconnect(socketio::Peer::Close::transport);
      }
      if (event.name == "ask")
        peer_->send(socketio::encode_packet({.type = socketio::PacketType::event, .nsp = nsp_, .id = 7, .json = R"(["q"])"}));
      owner_.note("event " + std::string(event.name) + (peer_->connected() ? "" : " gone"));
      if (event.name == owner_.awaited_event_) owner_.do_at_event_(*peer_);
    }
    void on_ack(std::uint64_t id, std::string_view json, std::span<const Bytes>) override {
      owner_.note("ack " + std::to_string(id) + " " + std::string(json));
    }
    void on_disconnect(socketio::DisconnectReason reason) override {
      owner_.note("disconnect " + nsp_ + " " + std::string(name_of(reason)));
    }

   private:
    RecordingNamespace& owner_;
    const std::string nsp_;
    const std::shared_ptr<socketio::Peer> peer_;
  };

  std::string awaited_event_;
  std::function<void(socketio::Peer&)> do_at_event_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> notes_;
  std::vector<std::shared_ptr<socketio::Peer>> kept_;
};

inline ServerConfig config_with(std::size_t loops) {
  ServerConfig config;
  config.event_loops = loops;
  config.engineio.namespaces = {"/", "/other"};
  config.engineio.cors_origins = {"http://good.example"};
  return config;
}

inline constexpr std::string_view websocket_target = "/socket.io/?EIO=4&transport=websocket";

class SocketioTest : public testing::Test {
 protected:
  void start(ServerConfig config = config_with(1)) {
    server = std::make_unique<TestServer>(std::move(config), [this](Server& made) { made.set_namespace_handler(application); });
  }
  WebsocketClient connect_websocket() { return {(*server)->port(), websocket_target}; }
  /// Opens a connection and joins `/`.
  WebsocketClient join(std::string_view connect = "40") {
    WebsocketClient client = connect_websocket();
    client.read_message();
    client.send_text(connect);
    EXPECT_TRUE(client.read_message().starts_with(R"(40{"sid":")"));
    return client;
  }
  std::string http(std::string_view method, std::string_view target, std::string_view body = {}, std::string_view headers = {}) {
    Client client((*server)->port());
    client.send(std::string(method) + " " + std::string(target) + " HTTP/1.1\r\nHost: x\r\n" + std::string(headers) +
                "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body));
    return client.read_response();
  }
  std::string open_polling() {
    const std::string answer = http("GET", "/socket.io/?EIO=4&transport=polling");
    const auto at = answer.find(R"("sid":")");
    EXPECT_NE(at, std::string::npos) << answer;
    return answer.substr(at + 7, 20);
  }
  std::string poll_target(const std::string& sid) { return "/socket.io/?EIO=4&transport=polling&sid=" + sid; }

  /// Returns when every loop has handled all that it was sent before this call, and what other loops have passed on to it because of that.
  void pass_by_every_loop(std::size_t loops) {
    std::map<char, WebsocketClient> clients;  // by the first character of the sid, which is the loop's
    while (clients.size() < loops) {
      WebsocketClient client = connect_websocket();
      const std::string opened = client.read_message();
      const char loop = opened.at(opened.find(R"("sid":")") + 7);
      client.send_text("40");
      client.read_message();
      clients.emplace(loop, std::move(client));
    }
    for (int round = 0; round < 2; ++round) {
      for (auto& [loop, client] : clients) {
        client.send_text(R"(42["echo"])");
        EXPECT_EQ(client.read_message(), R"(42["back",1])");
      }
    }
  }

  RecordingNamespace application;
  std::unique_ptr<TestServer> server;
};

inline std::string body_of(const std::string& answer) {
  return answer.substr(answer.find("\r\n\r\n") + 4);
}

}  // namespace parley::server::test
