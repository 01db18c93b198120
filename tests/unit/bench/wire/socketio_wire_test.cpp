// The contract over Socket.IO: the handshake, the join, acks and deliveries; and packets that break it.
#include "load/wire/socketio_wire.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/bench/wire/wire_script.hpp"

namespace parley::bench {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::string_view id = "0123456789abcdef01234567";

struct SocketioWireTest : testing::Test {
  SocketioWireTest() : wire(shared, {.room = "r1", .token = "t1"}, events), server(wire) {}

  void join() {
    server.accept();
    server.tell(R"(0{"sid":"s","upgrades":[],"pingInterval":25000,"pingTimeout":60000,"maxPayload":1000000})");
    server.tell(R"(40{"sid":"n"})");
    server.tell(R"(434294967295[{"success":true}])");
    (void)server.heard();
    (void)events.take();
  }

  Random random{1};
  SocketioWire::Shared shared{.host = "127.0.0.1:3000", .random = random};
  WireEvents events;
  SocketioWire wire;
  WebsocketScript server;
};

TEST_F(SocketioWireTest, connects_with_its_token_and_joins_its_room) {
  server.accept();
  EXPECT_THAT(server.request, HasSubstr("GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n"));
  EXPECT_THAT(server.request, HasSubstr("Host: 127.0.0.1:3000\r\n"));
  server.tell(R"(0{"sid":"s"})");
  EXPECT_THAT(server.heard(), ElementsAre(R"(40{"token":"t1"})"));
  server.tell(R"(40{"sid":"n"})");
  EXPECT_THAT(server.heard(), ElementsAre(R"(424294967295["join-session",{"sessionId":"r1"}])"));
  EXPECT_THAT(events.take(), IsEmpty());
  server.tell(R"(434294967295[{"success":true,"session":{}}])");
  EXPECT_THAT(events.take(), ElementsAre("joined"));
}

TEST_F(SocketioWireTest, sends_a_message_with_its_number_text_and_tag) {
  join();
  wire.send({.number = 7, .tag = "tag", .text = "a text"}, server.input.sent);
  EXPECT_THAT(server.heard(), ElementsAre(R"(427["chat-message",{"sessionId":"r1","message":"a text","clientMessageId":"tag"}])"));
}

TEST_F(SocketioWireTest, reports_acks_refusals_and_deliveries) {
  join();
  server.tell("437[{\"success\":true,\"chatMessage\":{\"id\":\"" + std::string(id) + "\"}}]");
  server.tell(R"(438[{"success":false,"error":"Overloaded"}])");
  server.tell("42[\"chat-message\",{\"id\":\"" + std::string(id) + "\",\"message\":\"a text\",\"clientMessageId\":\"tag\"}]");
  server.tell(R"(42["user-joined",{"userId":"u"}])");
  EXPECT_THAT(events.take(),
              ElementsAre("ack 7 " + std::string(id), R"(refused 8: [{"success":false,"error":"Overloaded"}])", "delivery tag a text"));
}

TEST_F(SocketioWireTest, answers_a_heartbeat) {
  join();
  server.tell("2");
  EXPECT_THAT(server.heard(), ElementsAre("3"));
}

TEST_F(SocketioWireTest, an_ack_without_a_valid_id_is_a_refusal_and_such_a_delivery_has_no_tag) {
  join();
  server.tell(R"(437[{"success":true,"chatMessage":{"id":"short"}}])");
  server.tell(R"(42["chat-message",{"id":"short","message":"a text","clientMessageId":"tag"}])");
  EXPECT_THAT(events.take(), ElementsAre(HasSubstr("refused 7"), "delivery  "));
}

TEST_F(SocketioWireTest, the_boundaries_of_receives_change_nothing) {
  const std::string handshake = server.acceptance();
  server.input.sent.clear();
  server.input.feed_one_by_one(handshake);
  for (const std::string_view packet :
       {R"(0{"sid":"s"})", R"(40{"sid":"n"})", R"(434294967295[{"success":true}])", R"(439[{"success":false}])"})
    server.input.feed_one_by_one(WebsocketScript::frame(packet));
  EXPECT_THAT(events.take(), ElementsAre("joined", R"(refused 9: [{"success":false}])"));
}

struct SocketioFault : SocketioWireTest, testing::WithParamInterface<std::pair<const char*, const char*>> {};

TEST_P(SocketioFault, ends_the_wire_with_a_reason) {
  join();
  server.tell(GetParam().first);
  EXPECT_THAT(events.take(), ElementsAre(HasSubstr(GetParam().second)));
}

INSTANTIATE_TEST_SUITE_P(Every, SocketioFault,
                         testing::Values(std::pair{"43[{}]", "failure: an ack without an id"},
                                         std::pair{"43", "failure: an ack without an id"},
                                         std::pair{"434294967295[{\"success\":false}]", "failure: join-session refused"},
                                         std::pair{"44{\"message\":\"no\"}", "failure: CONNECT refused: {\"message\":\"no\"}"},
                                         std::pair{"41", "failure: the server disconnected the namespace"},
                                         std::pair{"1", "failure: the server closed the Engine.IO connection"}));

TEST_F(SocketioWireTest, an_answer_that_is_no_websocket_ends_the_wire) {
  server.input.feed("HTTP/1.1 404 Not Found\r\n\r\n");
  EXPECT_THAT(events.take(), ElementsAre(HasSubstr("failure: no WebSocket at 127.0.0.1:3000")));
}

TEST_F(SocketioWireTest, a_broken_or_closing_frame_ends_the_wire) {
  join();
  std::string bytes;
  protocol::websocket::append_close_frame(bytes, 1013, "later");
  server.input.feed(bytes);
  EXPECT_THAT(events.take(), ElementsAre("failure: the server closed the WebSocket with code 1013: later"));
}

TEST_F(SocketioWireTest, a_masked_frame_from_a_server_ends_the_wire) {
  join();
  std::string bytes;
  protocol::websocket::append_masked_frame(bytes, protocol::websocket::Opcode::text, "2", {1, 2, 3, 4});
  server.input.feed(bytes);
  EXPECT_THAT(events.take(), ElementsAre(HasSubstr("failure: broken WebSocket frame")));
}

}  // namespace
}  // namespace parley::bench
