// Centrifugo's protocol: connect, subscribe, publish; acks and deliveries; and lines that break it.
#include "load/wire/centrifugo_wire.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/bench/wire/wire_script.hpp"

namespace parley::bench {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// Recorded from Centrifugo 6.9.1; the data of the publication is a message of this client.
constexpr const char* connected =
    R"({"id":1,"connect":{"client":"b240da05-6af3-47fb-bccc-af2836c36f13","version":"0.0.0 OSS","ping":25,"pong":true}})";
constexpr const char* subscribed = R"({"id":2,"subscribe":{}})";
constexpr const char* publication =
    R"({"push":{"channel":"r1","pub":{"data":{"message":"a text","clientMessageId":"tag"},)"
    R"("info":{"user":"","client":"b240da05-6af3-47fb-bccc-af2836c36f13"},"offset":1,"epoch":"KqTGAbWf"}}})";

struct CentrifugoWireTest : testing::Test {
  CentrifugoWireTest() : wire(shared, {.room = "r1", .token = {}}, events), server(wire) {}

  void join() {
    server.accept();
    server.tell(connected);
    server.tell(subscribed);
    (void)server.heard();
    (void)events.take();
  }

  Random random{1};
  CentrifugoWire::Shared shared{.host = "127.0.0.1:8000", .random = random};
  WireEvents events;
  CentrifugoWire wire;
  WebsocketScript server;
};

TEST_F(CentrifugoWireTest, connects_and_subscribes_to_its_room) {
  server.accept();
  EXPECT_THAT(server.request, HasSubstr("GET /connection/websocket HTTP/1.1\r\n"));
  EXPECT_THAT(server.heard(), ElementsAre(R"({"id":1,"connect":{}})"));
  server.tell(connected);
  EXPECT_THAT(server.heard(), ElementsAre(R"({"id":2,"subscribe":{"channel":"r1"}})"));
  EXPECT_THAT(events.take(), IsEmpty());
  server.tell(subscribed);
  EXPECT_THAT(events.take(), ElementsAre("joined"));
}

TEST_F(CentrifugoWireTest, publishes_a_message_with_its_number_text_and_tag) {
  join();
  wire.send({.number = 7, .tag = "tag", .text = "a text"}, server.input.sent);
  EXPECT_THAT(server.heard(), ElementsAre(R"({"id":10,"publish":{"channel":"r1","data":{"message":"a text","clientMessageId":"tag"}}})"));
}

TEST_F(CentrifugoWireTest, reports_acks_refusals_and_deliveries) {
  join();
  server.tell(R"({"id":10,"publish":{}})");
  server.tell(R"({"id":11,"error":{"code":103,"message":"permission denied"}})");
  server.tell(publication);
  EXPECT_THAT(events.take(),
              ElementsAre("ack 7", R"(refused 8: {"id":11,"error":{"code":103,"message":"permission denied"}})", "delivery tag a text"));
}

TEST_F(CentrifugoWireTest, one_message_may_hold_several_lines) {
  join();
  server.tell(std::string(publication) + "\n{\"id\":3,\"publish\":{}}\n{}\n");
  EXPECT_THAT(events.take(), ElementsAre("delivery tag a text", "ack 0"));
  EXPECT_THAT(server.heard(), ElementsAre("{}")) << "the answer to the ping";
}

TEST_F(CentrifugoWireTest, a_publication_of_another_shape_has_no_tag) {
  join();
  server.tell(R"({"push":{"channel":"r1","pub":{"data":{"text":"a text"}}}})");
  EXPECT_THAT(events.take(), ElementsAre("delivery  "));
}

TEST_F(CentrifugoWireTest, the_boundaries_of_receives_change_nothing) {
  const std::string handshake = server.acceptance();
  server.input.sent.clear();
  server.input.feed_one_by_one(handshake);
  for (const std::string_view line : {connected, subscribed, publication}) server.input.feed_one_by_one(WebsocketScript::frame(line));
  EXPECT_THAT(events.take(), ElementsAre("joined", "delivery tag a text"));
}

struct CentrifugoFault : CentrifugoWireTest, testing::WithParamInterface<std::pair<const char*, const char*>> {};

TEST_P(CentrifugoFault, ends_the_wire_with_a_reason) {
  join();
  server.tell(GetParam().first);
  EXPECT_THAT(events.take(), ElementsAre(HasSubstr(GetParam().second)));
}

INSTANTIATE_TEST_SUITE_P(Every, CentrifugoFault,
                         testing::Values(std::pair{"[]", "failure: a line that is no reply"},
                                         std::pair{"{\"id\":}", "failure: a reply without an id"},
                                         std::pair{"{\"id\":", "failure: a reply without an id"},
                                         std::pair{"{\"id\":0,\"rpc\":{}}", "failure: a reply without an id"},
                                         std::pair{"{\"id\":1,\"error\":{\"code\":101}}", "failure: connecting or subscribing was refused"},
                                         std::pair{"{\"id\":2,\"error\":{\"code\":103}}", "failure: connecting or subscribing was refused"},
                                         std::pair{"{\"push\":{\"channel\":\"r1\",\"unsubscribe\":{\"code\":2500}}}",
                                                   "failure: a push that a run does not expect"},
                                         std::pair{"{\"push\":", "failure: a push that a run does not expect"}));

TEST_F(CentrifugoWireTest, a_slow_client_that_is_disconnected_reports_the_code) {
  join();
  std::string bytes;
  protocol::websocket::append_close_frame(bytes, 3008, "slow");
  server.input.feed(bytes);
  EXPECT_THAT(events.take(), ElementsAre("failure: the server closed the WebSocket with code 3008: slow"));
}

}  // namespace
}  // namespace parley::bench
