// Socket.IO, Engine.IO and WebSocket over real loopback sockets and several loops: the events at the end of a connection, what is counted,
// and the headers of the handshake. The tests in tests/conformance check the protocol itself.
#include <gtest/gtest.h>

#include <functional>
#include <optional>

#include "unit/server/engineio/socketio_fixture.hpp"

namespace parley::server::test {
namespace {

namespace websocket = protocol::websocket;
using std::chrono_literals::operator""ms;

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
  pass_by_every_loop(2);  // afterwards the poll is pending
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

TEST_F(SocketioTest, many_frames_are_received_at_once_and_change_nothing_that_is_watched) {
  start();
  WebsocketClient client = join();
  std::string frames;
  websocket::append_masked_frame(frames, websocket::Opcode::text, "42[\"echo\"]", {1, 2, 3, 4});
  client.socket().send(std::exchange(frames, {}));
  client.read_message();
  const auto before = (*server)->counts();
  for (int index = 0; index < 50; ++index) websocket::append_masked_frame(frames, websocket::Opcode::text, "42[\"echo\"]", {1, 2, 3, 4});
  client.socket().send(frames);
  for (int index = 0; index < 50; ++index) client.read_message();
  EXPECT_EQ((*server)->counts().receives - before.receives, 1u);
  EXPECT_EQ((*server)->counts().watch_changes, before.watch_changes);
  EXPECT_LE((*server)->counts().waits - before.waits, 4u) << "one gathers the frames; the loop looks again before it sleeps";
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

}  // namespace
}  // namespace parley::server::test
