// Socket.IO, Engine.IO and WebSocket over real loopback sockets and several loops: the events at the end of a connection, and requests that
// find their session on any loop. The tests in tests/conformance check the protocol itself.
#include <gtest/gtest.h>

#include <algorithm>
#include <condition_variable>
#include <functional>
#include <future>
#include <map>
#include <mutex>
#include <optional>
#include <set>

#include "base/limits.hpp"
#include "protocol/socketio/packet.hpp"
#include "unit/server/websocket_client.hpp"

namespace parley::server::test {
namespace {

namespace socketio = protocol::socketio;
namespace websocket = protocol::websocket;
using socketio::DisconnectReason;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;

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
    peer->loop().call_after(30ms, std::move(accept));
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
    return changed_.wait_for(lock, 10s, [&] { return std::count(notes_.begin(), notes_.end(), what) != 0; });
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
    void on_disconnect(DisconnectReason reason) override { owner_.note("disconnect " + nsp_ + " " + std::string(name_of(reason))); }

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

ServerConfig config_with(std::size_t loops) {
  ServerConfig config;
  config.event_loops = loops;
  config.engineio.namespaces = {"/", "/other"};
  config.engineio.cors_origins = {"http://good.example"};
  return config;
}

constexpr std::string_view websocket_target = "/socket.io/?EIO=4&transport=websocket";

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

  RecordingNamespace application;
  std::unique_ptr<TestServer> server;
};

std::string body_of(const std::string& answer) {
  return answer.substr(answer.find("\r\n\r\n") + 4);
}

// A service may hold peers on other threads than those of their connections. The loop asserts that its timers end on its own thread.
TEST_F(SocketioTest, who_keeps_a_peer_lets_go_of_it_on_any_thread) {
  start(config_with(2));
  for (int round = 0; round < 20; ++round) {
    {
      WebsocketClient client = join(R"(40{"keep":1})");
    }
    auto kept = application.take_kept();
    ASSERT_EQ(kept.size(), 1u);
    const std::string told = "told " + std::to_string(round);
    std::function<void()> look = [&] {  // repeats until the connection is closed
      if (kept[0]->connected()) return kept[0]->loop().post(look);
      kept[0]->loop().post([&] { application.note(told); });
    };
    kept[0]->loop().post(look);
    ASSERT_TRUE(application.noted(told));
    kept.clear();
  }
  WebsocketClient client = join();
  client.send_text(R"(42["echo"])");
  EXPECT_EQ(client.read_message(), R"(42["back",1])");
}

TEST_F(SocketioTest, a_cut_connection_is_transport_close) {
  start();
  {
    WebsocketClient client = join();
  }
  EXPECT_TRUE(application.noted("disconnect / transport close"));
}

TEST_F(SocketioTest, a_client_that_closes_in_order_is_transport_close) {
  start();
  WebsocketClient client = join();
  client.send_frame(websocket::Opcode::close, websocket::close_payload(1000, ""));
  EXPECT_EQ(client.read_close(), 1000);
  EXPECT_TRUE(client.socket().closed_silently());
  EXPECT_TRUE(application.noted("disconnect / transport close"));
}

TEST_F(SocketioTest, a_frame_above_the_payload_limit_is_transport_error) {
  ServerConfig config = config_with(1);
  config.engineio.payload_bytes_max = 1000;
  start(config);
  WebsocketClient client = join();
  client.send_text("42[\"echo\"" + std::string(990, ' ') + "]");
  EXPECT_EQ(client.read_message(), R"(42["back",1])");
  client.send_text("42[\"echo\"" + std::string(991, ' ') + "]");
  EXPECT_EQ(client.read_close(), websocket::close_code::message_too_big);
  EXPECT_TRUE(application.noted("disconnect / transport error"));
}

TEST_F(SocketioTest, a_malformed_packet_is_parse_error) {
  start();
  WebsocketClient client = join();
  client.send_text("42{\"no\":\"array\"}");
  client.read_close();
  EXPECT_TRUE(application.noted("disconnect / parse error"));
}

TEST_F(SocketioTest, a_malformed_engineio_packet_is_parse_error) {
  start();
  WebsocketClient client = join();
  client.send_text("nonsense");
  client.read_close();
  EXPECT_TRUE(application.noted("disconnect / parse error"));
}

TEST_F(SocketioTest, silence_after_a_ping_is_ping_timeout) {
  ServerConfig config = config_with(1);
  config.engineio.ping_interval = 20ms;
  config.engineio.ping_timeout = 20ms;
  start(config);
  WebsocketClient client = join();
  EXPECT_EQ(client.read_message(), "2");
  client.read_close();
  EXPECT_TRUE(application.noted("disconnect / ping timeout"));
}

TEST_F(SocketioTest, a_client_that_leaves_the_namespace_keeps_its_connection) {
  start();
  WebsocketClient client = join();
  client.send_text("41");
  EXPECT_TRUE(application.noted("disconnect / client namespace disconnect"));
  client.send_text("40");
  EXPECT_TRUE(client.read_message().starts_with("40"));
}

TEST_F(SocketioTest, the_server_may_leave_one_namespace_or_close_everything) {
  start();
  WebsocketClient client = join();
  client.send_text("40/other,");
  client.read_message();
  client.send_text("42/other,[\"leave\"]");
  EXPECT_EQ(client.read_message(), "41/other,");
  EXPECT_TRUE(application.noted("disconnect /other server namespace disconnect"));
  EXPECT_TRUE(application.noted("event leave gone"));
  client.send_text("42[\"close\"]");
  EXPECT_EQ(client.read_message(), "41");
  client.read_close();
  EXPECT_TRUE(application.noted("disconnect / server namespace disconnect"));
}

TEST_F(SocketioTest, stopping_the_server_tells_everyone_and_returns) {
  start(config_with(2));
  WebsocketClient client = join();
  Client idle((*server)->port());  // a kept-alive connection without a pending request
  idle.send("GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n");
  idle.read_response();
  const std::string sid = open_polling();
  Client polling((*server)->port());
  polling.send("GET " + poll_target(sid) + " HTTP/1.1\r\nHost: x\r\n\r\n");
  WebsocketClient still_there = join();
  still_there.send_text("42[\"echo\"]");  // its answer shows that the poll sent earlier is pending
  EXPECT_EQ(still_there.read_message(), R"(42["back",1])");
  server->stop();
  EXPECT_TRUE(application.noted("disconnect / server shutting down"));
  EXPECT_EQ(client.read_close(), websocket::close_code::going_away);
  EXPECT_EQ(body_of(polling.read_response()), "1");
  EXPECT_TRUE(idle.closed_silently());
}

TEST_F(SocketioTest, a_refusal_carries_text_and_data_and_the_connection_stays) {
  start();
  WebsocketClient client = connect_websocket();
  client.read_message();
  client.send_text(R"(40{"refuse":true})");
  EXPECT_EQ(client.read_message(), R"(44{"message":"no entry","data":{"why":"test"}})");
  client.send_text("40");
  EXPECT_TRUE(client.read_message().ends_with(R"(,"extra":1})"));
  EXPECT_EQ((*server)->counts().connections_refused, 1u);
}

TEST_F(SocketioTest, a_decision_may_come_later_and_after_the_client_has_gone) {
  start();
  {
    WebsocketClient patient = join(R"(40{"later":1})");
    patient.send_text("42[\"echo\"]");
    EXPECT_EQ(patient.read_message(), R"(42["back",1])");
  }
  WebsocketClient gone = connect_websocket();
  gone.read_message();
  gone.send_text(R"(40/other,{"later":1})");
  ASSERT_TRUE(application.noted(R"(connect /other {"later":1})"));
  gone.send_frame(websocket::Opcode::close, "");
  gone.read_close();
  EXPECT_TRUE(application.noted("disconnect /other transport close"));
}

TEST_F(SocketioTest, a_packet_before_the_decision_is_a_protocol_error) {
  start();
  WebsocketClient client = connect_websocket();
  client.read_message();
  client.send_text(R"(40{"later":1})");
  client.send_text("42[\"echo\"]");
  client.read_close();
  EXPECT_TRUE(application.noted("disconnect / parse error"));
}

TEST_F(SocketioTest, a_connection_that_never_joins_is_closed) {
  ServerConfig config = config_with(1);
  config.engineio.connect_timeout = 30ms;
  start(config);
  WebsocketClient client = connect_websocket();
  client.read_message();
  EXPECT_TRUE(client.read_close().has_value());
}

TEST_F(SocketioTest, acks_come_back_with_their_id) {
  start();
  WebsocketClient client = join();
  client.send_text("42[\"ask\"]");
  EXPECT_EQ(client.read_message(), R"(427["q"])");
  client.send_text(R"(437[{"a":1}])");
  EXPECT_TRUE(application.noted(R"(ack 7 [{"a":1}])"));
}

TEST_F(SocketioTest, a_reader_that_takes_nothing_is_cut_and_counted) {
  start();
  WebsocketClient client = join();
  client.send_text("42[\"flood\"]");
  EXPECT_TRUE(application.noted("disconnect / transport close"));
  EXPECT_EQ((*server)->counts().slow_readers_cut, 1u);
}

TEST_F(SocketioTest, a_poller_that_takes_nothing_is_cut_and_counted) {
  start();
  const std::string sid = open_polling();
  EXPECT_EQ(body_of(http("POST", poll_target(sid),
                         "40\x1e"
                         "42[\"flood\"]")),
            "ok");
  EXPECT_TRUE(application.noted("disconnect / transport close"));
  EXPECT_EQ((*server)->counts().slow_readers_cut, 1u);
}

TEST_F(SocketioTest, packets_that_have_left_are_no_longer_held) {
  application.at_event(
      "large", [](socketio::Peer& peer) { peer.send(socketio::encode_event("/", "large", "\"" + std::string(600'000, 'x') + "\"")); });
  for (const bool by_upgrade : {false, true}) {
    ServerConfig config = config_with(1);
    config.held_bytes_max = 1'000'000;
    start(config);
    const std::string sid = open_polling();
    const auto hold = [&](const std::string& held) {
      http("POST", poll_target(held),
           "40\x1e"
           "42[\"large\"]");
    };
    hold(sid);
    std::optional<WebsocketClient> client;
    if (by_upgrade) {
      client.emplace((*server)->port(), std::string(websocket_target) + "&sid=" + sid);
      client->send_text("2probe");
      EXPECT_EQ(client->read_message(), "3probe");
      client->send_text("5");
      EXPECT_TRUE(client->read_message().starts_with("40"));
      EXPECT_TRUE(client->read_message().starts_with("42"));
    } else {
      http("GET", poll_target(sid));
    }
    hold(open_polling());
    open_polling();  // its answer shows that the loop has looked at the held bytes
    EXPECT_EQ((*server)->counts().holders_cut, 0u) << by_upgrade;
  }
}

TEST_F(SocketioTest, a_poller_gets_everything_that_was_sent_before_the_server_closed) {
  start();
  const std::string sid = open_polling();
  EXPECT_EQ(body_of(http("POST", poll_target(sid),
                         "40\x1e"
                         "42[\"farewell\"]")),
            "ok");
  std::string received;
  while (
      !received.ends_with("\x1e"
                          "1")) {
    const std::string answer = http("GET", poll_target(sid));
    ASSERT_TRUE(answer.starts_with("HTTP/1.1 200")) << received;
    received += (received.empty() ? "" : "\x1e") + body_of(answer);
  }
  std::string expected;
  for (int index = 0; index < 40; ++index)
    expected +=
        "\x1e"
        "42[\"bye\"," +
        std::to_string(index) + "]";
  EXPECT_TRUE(received.ends_with(expected + "\x1e"
                                            "41"
                                            "\x1e"
                                            "1"))
      << received;
}

TEST_F(SocketioTest, what_is_queued_in_one_turn_leaves_in_one_send) {
  start();
  WebsocketClient client = join();
  const auto before = (*server)->counts().sends;
  std::string frames;
  for (int index = 0; index < 50; ++index) websocket::append_masked_frame(frames, websocket::Opcode::text, "42[\"echo\"]", {1, 2, 3, 4});
  client.socket().send(frames);
  for (int index = 0; index < 50; ++index) EXPECT_EQ(client.read_message(), R"(42["back",1])");
  EXPECT_EQ((*server)->counts().sends - before, 1u);
}

TEST_F(SocketioTest, connections_are_counted) {
  start(config_with(2));
  {
    WebsocketClient one = join();
    WebsocketClient two = join();
    EXPECT_EQ((*server)->counts().connections_open, 2u);
  }
  ASSERT_TRUE(application.noted("disconnect / transport close"));
  open_polling();
  const ServerCounts counts = (*server)->counts();
  EXPECT_EQ(counts.connections_total, 3u);
  EXPECT_GE(counts.connections_peak, 2u);
}

class ManyLoopsTest : public SocketioTest {
 protected:
  void SetUp() override { start(config_with(4)); }
};

TEST_F(ManyLoopsTest, polling_finds_its_session_from_every_loop) {
  const std::string sid = open_polling();
  EXPECT_EQ(body_of(http("POST", poll_target(sid), "40")), "ok");
  EXPECT_TRUE(body_of(http("GET", poll_target(sid))).starts_with("40{"));
  for (int round = 0; round < 40; ++round) {  // each request is a new connection, and the kernel spreads them over the loops
    EXPECT_EQ(body_of(http("POST", poll_target(sid), "42[\"echo\"]")), "ok");
    EXPECT_EQ(body_of(http("GET", poll_target(sid))), R"(42["back",1])");
  }
}

TEST_F(ManyLoopsTest, an_upgrade_moves_to_the_loop_of_its_session_and_loses_nothing) {
  for (int round = 0; round < 20; ++round) {
    const std::string sid = open_polling();
    http("POST", poll_target(sid), "40");
    http("GET", poll_target(sid));
    WebsocketClient client((*server)->port(), std::string(websocket_target) + "&sid=" + sid);
    client.send_text("2probe");
    EXPECT_EQ(client.read_message(), "3probe");
    EXPECT_EQ(body_of(http("GET", poll_target(sid))), "6");
    EXPECT_EQ(body_of(http("POST", poll_target(sid),
                           "42[\"echo\"]\x1e"
                           "42[\"echo\"]")),
              "ok");
    client.send_text("5");
    client.send_text("42[\"ask\"]");
    EXPECT_EQ(client.read_message(), R"(42["back",1])");
    EXPECT_EQ(client.read_message(), R"(42["back",1])");
    EXPECT_EQ(client.read_message(), R"(427["q"])");
  }
}

TEST_F(ManyLoopsTest, a_poll_that_hangs_is_answered_from_the_loop_of_its_session) {
  for (int round = 0; round < 20; ++round) {
    const std::string sid = open_polling();
    http("POST", poll_target(sid), "40");
    http("GET", poll_target(sid));
    Client hanging((*server)->port());
    hanging.send("GET " + poll_target(sid) + " HTTP/1.1\r\nHost: x\r\n\r\n");
    http("POST", poll_target(sid), "42[\"echo\"]");
    EXPECT_EQ(body_of(hanging.read_response()), R"(42["back",1])");
  }
}

TEST_F(ManyLoopsTest, a_sid_that_nobody_issued_is_unknown_whatever_it_looks_like) {
  const std::string sid = open_polling();
  for (const std::string& unknown : {std::string("x"), std::string(20, 'A'), std::string(20, '_'), std::string(20, '!'),
                                     sid.substr(0, 19) + (sid.back() == 'A' ? "B" : "A"), std::string(200, 'A')}) {
    EXPECT_EQ(body_of(http("GET", poll_target(unknown))), R"({"code":1,"message":"Session ID unknown"})") << unknown;
  }
}

TEST_F(SocketioTest, cross_origin_answers_follow_the_contract) {
  start();
  const std::string good = http("GET", "/socket.io/?EIO=4&transport=polling", "", "Origin: http://good.example\r\n");
  EXPECT_NE(good.find("Access-Control-Allow-Origin: http://good.example\r\n"), std::string::npos);
  EXPECT_NE(good.find("Vary: Origin\r\n"), std::string::npos);
  EXPECT_NE(good.find("Access-Control-Allow-Credentials: true\r\n"), std::string::npos);
  const std::string foreign = http("GET", "/socket.io/?EIO=4&transport=polling", "", "Origin: http://bad.example\r\n");
  EXPECT_TRUE(foreign.starts_with("HTTP/1.1 200"));
  EXPECT_EQ(foreign.find("Access-Control-Allow-Origin"), std::string::npos);
  const std::string preflight = http("OPTIONS", "/socket.io/?EIO=4&transport=polling", "", "Origin: http://good.example\r\n");
  EXPECT_TRUE(preflight.starts_with("HTTP/1.1 204 No Content\r\n"));
  EXPECT_NE(preflight.find("Access-Control-Allow-Methods: GET,POST\r\n"), std::string::npos);
  EXPECT_NE(preflight.find("Access-Control-Allow-Headers: Content-Type,Authorization,X-Requested-With,Idempotency-Key\r\n"),
            std::string::npos);
  EXPECT_NE(preflight.find("Content-Length: 0\r\n"), std::string::npos);
}

/// The status line of the answer to a WebSocket handshake that offers `protocols`, and the chosen subprotocol.
std::string subprotocol_chosen(std::uint16_t port, std::string_view target, std::string_view protocols) {
  Client client(port);
  client.send("GET " + std::string(target) +
              " HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
              "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
              std::string(protocols) + "\r\n");
  const std::string head = client.read_until("\r\n\r\n");
  const std::string name = "\r\nSec-WebSocket-Protocol: ";
  const auto at = head.find(name);
  return head.substr(9, 3) +
         (at == std::string::npos ? "" : " " + head.substr(at + name.size(), head.find("\r\n", at + 1) - at - name.size()));
}

TEST_F(SocketioTest, the_first_subprotocol_offered_is_chosen_at_the_start_and_at_an_upgrade) {
  start();
  for (const bool upgrade : {false, true}) {
    const auto chosen = [&](std::string_view protocols) {
      const std::string target = std::string(websocket_target) + (upgrade ? "&sid=" + open_polling() : "");
      return subprotocol_chosen((*server)->port(), target, protocols);
    };
    EXPECT_EQ(chosen(""), "101");
    EXPECT_EQ(chosen("Sec-WebSocket-Protocol: chat\r\n"), "101 chat");
    EXPECT_EQ(chosen("sec-websocket-protocol: v2.chat ,\tchat\r\n"), "101 v2.chat");
    EXPECT_EQ(chosen("Sec-WebSocket-Protocol: two\r\nSec-WebSocket-Protocol: one\r\n"), "101 two");
    EXPECT_EQ(chosen("Sec-WebSocket-Protocol: no spaces\r\n"), "400");
  }
}

/// `count` events. The first and the last one have names of their own.
std::string many_events(std::size_t count) {
  std::string body = R"(42["first"])";
  while (--count > 1)
    body +=
        "\x1e"
        R"(42["echo"])";
  return body +
         "\x1e"
         R"(42["last"])";
}

TEST_F(SocketioTest, a_polling_body_of_thousands_of_packets_is_taken_whole_and_answered_after_the_last) {
  for (const std::size_t loops : {1, 4}) {
    start(config_with(loops));
    const std::string sid = open_polling();
    http("POST", poll_target(sid), "40");
    const auto before = application.notes().size();
    EXPECT_EQ(body_of(http("POST", poll_target(sid), many_events(3000))), "ok");
    const auto notes = application.notes();
    ASSERT_EQ(notes.size() - before, 3000u);
    EXPECT_EQ(notes[before], "event first");
    EXPECT_EQ(notes.back(), "event last");
  }
}

TEST_F(SocketioTest, a_polling_body_of_many_packets_does_not_hold_up_the_loop) {
  application.at_event("first", [this](socketio::Peer& peer) { peer.loop().post([this] { application.note("another's turn"); }); });
  for (const std::size_t packets : {limits::polling_packets_per_turn, limits::polling_packets_per_turn + 1, std::size_t{1000}}) {
    start();
    const std::string sid = open_polling();
    http("POST", poll_target(sid), "40");
    const auto before = application.notes().size();
    EXPECT_EQ(body_of(http("POST", poll_target(sid), many_events(packets))), "ok");
    ASSERT_TRUE(application.noted("another's turn"));
    const auto notes = application.notes();
    const auto turn = std::ranges::find(notes.begin() + static_cast<std::ptrdiff_t>(before), notes.end(), "another's turn");
    EXPECT_EQ(static_cast<std::size_t>(turn - notes.begin()) - before, limits::polling_packets_per_turn) << packets;
  }
}

TEST_F(SocketioTest, what_follows_a_close_packet_in_a_polling_body_is_not_taken) {
  start();
  const std::string sid = open_polling();
  http("POST", poll_target(sid), "40");
  EXPECT_EQ(body_of(http("POST", poll_target(sid),
                         many_events(200) +
                             "\x1e"
                             "1\x1e" +
                             many_events(200))),
            "ok");
  ASSERT_TRUE(application.noted("disconnect / transport close"));
  const auto notes = application.notes();
  EXPECT_EQ(std::ranges::count(notes, "event last"), 1);
}

TEST_F(SocketioTest, a_bad_packet_anywhere_in_a_polling_body_refuses_it_whole) {
  start();
  const std::string sid = open_polling();
  http("POST", poll_target(sid), "40");
  EXPECT_TRUE(http("POST", poll_target(sid),
                   many_events(200) + "\x1e"
                                      "9")
                  .starts_with("HTTP/1.1 400 "));
  ASSERT_TRUE(application.noted("disconnect / parse error"));
  EXPECT_EQ(std::ranges::count(application.notes(), "event first"), 0);
}

TEST_F(SocketioTest, a_second_post_while_the_first_is_worked_off_is_transport_error) {
  start();
  const std::string sid = open_polling();
  http("POST", poll_target(sid), "40");
  std::promise<void> begun;
  std::promise<void> sent;
  application.at_event("first", [&](socketio::Peer&) {
    begun.set_value();
    sent.get_future().wait();
  });
  Client first((*server)->port());
  Client second((*server)->port());
  const auto post = [&](Client& client, const std::string& body) {
    client.send("POST " + poll_target(sid) + " HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
  };
  second.send("GET /socket.io/ HTTP/1.1\r\nHost: x\r\n\r\n");
  second.read_response();  // the loop must know this connection before the first body blocks it
  post(first, many_events(100'000 / 12));
  begun.get_future().wait();
  post(second, R"(42["echo"])");
  sent.set_value();
  EXPECT_TRUE(second.read_response().starts_with("HTTP/1.1 400 "));
  EXPECT_TRUE(application.noted("disconnect / transport error"));
}

TEST_F(SocketioTest, an_origin_without_an_allow_header_is_named_in_the_log) {
  start();
  http("GET", "/socket.io/?EIO=4&transport=polling", "", "Origin: http://good.example\r\n");
  http("GET", "/socket.io/?EIO=4&transport=polling", "");
  http("GET", "/socket.io/?EIO=4&transport=polling", "", "Origin: http://x\r\n");  // the server's own origin: http() sends `Host: x`
  EXPECT_EQ(server->logs().count("origin="), 0u);
  for (int round = 0; round < 2; ++round) http("GET", "/socket.io/?EIO=4&transport=polling", "", "Origin: http://bad.example\r\n");
  http("OPTIONS", "/socket.io/?EIO=4&transport=polling", "", "Origin: http://bad.example:8080\r\n");
  EXPECT_EQ(server->logs().count("origin=http://bad.example path=/socket.io/"), 1u);
  EXPECT_EQ(server->logs().count("origin=http://bad.example:8080 path=/socket.io/"), 1u);
  EXPECT_EQ(server->logs().count("--origin"), 2u);
}

TEST_F(SocketioTest, a_post_above_the_payload_limit_is_413_and_ends_the_session) {
  ServerConfig config = config_with(1);
  config.engineio.payload_bytes_max = 1000;
  start(config);
  const std::string sid = open_polling();
  http("POST", poll_target(sid), "40");
  EXPECT_TRUE(http("POST", poll_target(sid), std::string(1001, '4')).starts_with("HTTP/1.1 413 "));
  EXPECT_TRUE(application.noted("disconnect / transport error"));
}

TEST_F(SocketioTest, a_poll_whose_client_went_is_transport_error) {
  start(config_with(4));
  const std::string sid = open_polling();
  http("POST", poll_target(sid), "40");
  http("GET", poll_target(sid));
  {
    Client hanging((*server)->port());
    hanging.send("GET " + poll_target(sid) + " HTTP/1.1\r\nHost: x\r\n\r\n");
    http("POST", poll_target(sid), "42[\"nothing\"]");
    ASSERT_TRUE(application.noted("event nothing"));
  }
  EXPECT_TRUE(application.noted("disconnect / transport error"));
}

TEST(ServerListen, says_which_address_and_why_when_it_cannot) {
  SystemClock clock;
  NullLogSink logs;
  ServerConfig config;
  config.event_loops = 2;
  config.port = 0;
  Server first(config, clock, logs);
  ASSERT_TRUE(first.listen().has_value());
  config.port = first.port();
  Server second(config, clock, logs);
  const auto taken = second.listen();
  ASSERT_FALSE(taken.has_value());
  EXPECT_NE(taken.error().message.find("127.0.0.1:" + std::to_string(first.port())), std::string::npos);
  EXPECT_NE(taken.error().message.find("choose another port"), std::string::npos);
  config.address = "nowhere";
  Server third(config, clock, logs);
  EXPECT_NE(third.listen().error().message.find("'nowhere'"), std::string::npos);
}

TEST(ServerStop, runs_what_is_to_be_done_before_it_closes_once_nobody_is_connected) {
  SystemClock clock;
  NullLogSink logs;
  ServerConfig config;
  config.port = 0;
  config.event_loops = 2;
  Server server(config, clock, logs);
  ASSERT_TRUE(server.listen().has_value());
  bool before_close_ran = false;
  std::jthread runner([&] { server.run(); });
  server.stop([&](std::move_only_function<void()> finished) {
    EXPECT_TRUE(server.loops().front()->in_this_thread());
    server.loops().front()->call_after(5ms, [&, finished = std::move(finished)]() mutable {
      before_close_ran = true;
      finished();
    });
  });
  runner.join();
  EXPECT_TRUE(before_close_ran);
}

}  // namespace
}  // namespace parley::server::test
