// Sessions over long polling: bodies of many packets, polls that end, and requests that find their session on any loop.
#include <gtest/gtest.h>

#include <algorithm>
#include <future>

#include "base/limits.hpp"
#include "unit/server/engineio/socketio_fixture.hpp"

namespace parley::server::test {
namespace {

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

}  // namespace
}  // namespace parley::server::test
