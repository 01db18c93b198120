// NATS' protocol with JetStream: the greeting, subscriptions, publishes; acks and deliveries; and bytes that break it.
#include "load/wire/nats_wire.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/bench/wire/wire_script.hpp"

namespace parley::bench {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

constexpr std::string_view info =
    "INFO {\"server_id\":\"A\",\"version\":\"2.12.1\",\"proto\":1,\"headers\":true,\"max_payload\":1048576}\r\n";
constexpr std::string_view payload = R"({"message":"a text","clientMessageId":"tag"})";

struct NatsWireTest : testing::Test {
  NatsWireTest() : wire(shared, {.room = "r1", .token = {}}, events), server(wire) {}

  void join() {
    server.feed(info);
    server.feed("PONG\r\n");
    inbox = inbox_of(server.take_sent());
    (void)events.take();
  }
  /// The subject of the answers, up to the number.
  static std::string inbox_of(const std::string& sent) {
    const std::size_t begin = sent.find("_INBOX.");
    return sent.substr(begin, sent.find("* 2") - begin);
  }
  static std::string message(const std::string& head, std::string_view body) {
    return "MSG " + head + " " + std::to_string(body.size()) + "\r\n" + std::string(body) + "\r\n";
  }

  Random random{1};
  NatsWire::Shared shared{.random = random};
  WireEvents events;
  NatsWire wire;
  WireInput server;
  std::string inbox;
};

TEST_F(NatsWireTest, greets_subscribes_and_joins_when_the_server_has_done_both) {
  server.feed(info);
  const std::string sent = server.take_sent();
  EXPECT_THAT(sent, StartsWith("CONNECT {\"verbose\":false,"));
  EXPECT_THAT(sent, HasSubstr("\r\nSUB room.r1 1\r\nSUB _INBOX."));
  EXPECT_THAT(sent, HasSubstr(".* 2\r\nPING\r\n"));
  EXPECT_THAT(events.take(), IsEmpty());
  server.feed("PONG\r\n");
  EXPECT_THAT(events.take(), ElementsAre("joined"));
}

TEST_F(NatsWireTest, publishes_a_message_with_a_subject_for_its_answer) {
  join();
  wire.send({.number = 7, .tag = "tag", .text = "a text"}, server.sent);
  EXPECT_EQ(server.take_sent(), "PUB room.r1 " + inbox + "7 " + std::to_string(payload.size()) + "\r\n" + std::string(payload) + "\r\n");
}

TEST_F(NatsWireTest, reports_acks_refusals_and_deliveries) {
  join();
  server.feed(message(inbox + "7 2", R"({"stream":"rooms","seq":12})"));
  const std::string refusal = R"({"error":{"code":503,"description":"no space"},"stream":"rooms","seq":0})";
  server.feed(message(inbox + "8 2", refusal));
  server.feed(message("room.r1 1 " + inbox + "7", payload));
  server.feed(message("room.r1 1", payload));
  EXPECT_THAT(events.take(), ElementsAre("ack 7", "refused 8: " + refusal, "delivery tag a text", "delivery tag a text"));
}

TEST_F(NatsWireTest, a_publish_that_no_stream_captures_is_refused) {
  join();
  const std::string headers = "NATS/1.0 503\r\n\r\n";
  server.feed("HMSG " + inbox + "7 2 16 16\r\n" + headers + "\r\n");
  EXPECT_THAT(events.take(), ElementsAre("refused 7: " + headers));
}

TEST_F(NatsWireTest, headers_are_not_part_of_a_delivery) {
  join();
  const std::string body = "NATS/1.0\r\n\"message\":\"x\"\r\n\r\n" + std::string(payload);
  server.feed("HMSG room.r1 1 27 " + std::to_string(body.size()) + "\r\n" + body + "\r\n");
  EXPECT_THAT(events.take(), ElementsAre("delivery tag a text"));
}

TEST_F(NatsWireTest, answers_a_ping_and_ignores_news_about_the_server) {
  join();
  server.feed("PING\r\n+OK\r\n" + std::string(info) + "PONG\r\n");
  EXPECT_EQ(server.take_sent(), "PONG\r\n");
  EXPECT_THAT(events.take(), IsEmpty());
}

TEST_F(NatsWireTest, a_payload_of_another_shape_has_no_tag) {
  join();
  server.feed(message("room.r1 1", "hello") + message("room.r1 1", ""));
  EXPECT_THAT(events.take(), ElementsAre("delivery  ", "delivery  "));
}

TEST_F(NatsWireTest, the_boundaries_of_receives_change_nothing) {
  server.feed_one_by_one(info);
  inbox = inbox_of(server.take_sent());
  server.feed_one_by_one("PONG\r\n" + message("room.r1 1 " + inbox + "7", payload) +
                         message(inbox + "7 2", R"({"stream":"rooms","seq":1})"));
  EXPECT_THAT(events.take(), ElementsAre("joined", "delivery tag a text", "ack 7"));
}

struct NatsFault : NatsWireTest, testing::WithParamInterface<std::pair<std::string, const char*>> {};

TEST_P(NatsFault, ends_the_wire_with_a_reason) {
  join();
  server.feed(GetParam().first);
  EXPECT_THAT(events.take(), ElementsAre(HasSubstr(GetParam().second)));
}

INSTANTIATE_TEST_SUITE_P(
    Every, NatsFault,
    testing::Values(std::pair{std::string("-ERR 'Authorization Violation'\r\n"), "failure: the server refused: -ERR 'Authorization"},
                    std::pair{std::string("HTTP/1.1 400 Bad Request\r\n"), "failure: a line that the protocol does not have"},
                    std::pair{std::string("MSG room.r1 1\r\n"), "failure: a malformed message"},
                    std::pair{std::string("MSG \r\n"), "failure: a malformed message"},
                    std::pair{std::string("MSG room.r1 1 reply 5 6 7\r\n"), "failure: a malformed message"},
                    std::pair{std::string("MSG room.r1 1 -1\r\n"), "failure: a malformed message"},
                    std::pair{std::string("MSG room.r1 1 5x\r\n"), "failure: a malformed message"},
                    std::pair{std::string("MSG room.r1 1 99999999999\r\n"), "failure: a malformed message"},
                    std::pair{std::string("HMSG room.r1 1 9 8\r\n"), "failure: a malformed message"},
                    std::pair{std::string("HMSG room.r1 1 8\r\n"), "failure: a malformed message"},
                    std::pair{std::string("MSG room.r1 1 2\r\nabc\r\n"), "failure: a message that is longer than its size"},
                    std::pair{std::string("MSG _INBOX.other.x 2 2\r\n{}\r\n"), "failure: an answer without a number"},
                    std::pair{std::string(65'537, 'x'), "failure: a line without an end"}));

}  // namespace
}  // namespace parley::bench
