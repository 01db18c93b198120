// Engine.IO sessions before their CONNECT (docs/adr/0016): bounded in all and by address, and the oldest gives way to a newcomer.
#include "server/connection/handshakes.hpp"

#include <vector>

#include "unit/server/connection/admission_fixture.hpp"

namespace parley::server::test {
namespace {

using std::chrono_literals::operator""h;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;

class HandshakesTest : public testing::Test {
 protected:
  /// A handshake of this address. Its name is noted when it gives way.
  bool enter(const std::string& key, const std::string& name) {
    auto entered = handshakes.enter(key, now);
    if (!entered) return false;
    entered->slot.let_give_way([this, name] { gone.push_back(name); });
    slots.push_back(std::move(entered->slot));
    return true;
  }

  Handshakes handshakes{{.total = 4, .per_address = 2, .grace = 5s}};
  SteadyTime now{1h};
  std::vector<Handshakes::Slot> slots;
  std::vector<std::string> gone;
};

TEST_F(HandshakesTest, a_young_one_gives_way_to_nobody) {
  EXPECT_TRUE(enter("a", "1"));
  EXPECT_TRUE(enter("a", "2"));
  now += 5s - 1ms;
  EXPECT_FALSE(enter("a", "3"));
  EXPECT_TRUE(enter("b", "4"));
  EXPECT_TRUE(enter("b", "5"));
  EXPECT_EQ(handshakes.enter("c", now).error(), Handshakes::Full::total);
  EXPECT_EQ(handshakes.enter("a", now).error(), Handshakes::Full::address);
  EXPECT_EQ(gone.size(), 0u);
}

TEST_F(HandshakesTest, a_full_address_makes_room_among_its_own_and_a_full_server_among_all) {
  enter("b", "b1");
  enter("a", "a1");
  enter("a", "a2");
  now += 5s;
  EXPECT_TRUE(enter("a", "a3"));
  EXPECT_EQ(gone, (std::vector<std::string>{"a1"}));
  EXPECT_TRUE(enter("c", "c1"));
  EXPECT_TRUE(enter("d", "d1"));
  EXPECT_EQ(gone, (std::vector<std::string>{"a1", "b1"}));
  EXPECT_EQ(handshakes.size(), 4u);
}

TEST_F(HandshakesTest, one_that_gave_way_is_counted_no_more_and_may_leave_at_any_time) {
  enter("a", "1");
  enter("a", "2");
  now += 5s;
  EXPECT_TRUE(enter("a", "3"));
  EXPECT_EQ(handshakes.size(), 2u);
  slots[0].leave();
  EXPECT_EQ(handshakes.size(), 2u);
  slots[1].leave();
  EXPECT_EQ(handshakes.size(), 1u);
  EXPECT_TRUE(enter("a", "4"));
  EXPECT_EQ(gone.size(), 1u);
}

TEST_F(HandshakesTest, one_that_is_signed_in_or_cannot_be_told_does_not_give_way) {
  enter("a", "1");
  auto silent = handshakes.enter("a", now);
  now += 5s;
  slots[0].leave();
  EXPECT_TRUE(enter("a", "2"));
  EXPECT_FALSE(enter("a", "3")) << "one is young, the other cannot be told";
  EXPECT_EQ(gone.size(), 0u);
}

TEST_F(HandshakesTest, those_of_a_proxy_count_in_all_only) {
  for (int number = 0; number < 4; ++number) EXPECT_TRUE(enter("", std::to_string(number)));
  EXPECT_FALSE(enter("", "5"));
  now += 5s;
  EXPECT_TRUE(enter("", "5"));
  EXPECT_EQ(gone, (std::vector<std::string>{"0"}));
}

TEST_F(AdmissionTest, handshakes_before_a_connect_are_bounded_on_both_transports_and_those_let_in_do_not_count) {
  ServerConfig config = one_loop();
  config.handshakes_per_address_max = 2;
  start(config);
  WebsocketClient one = shake_hands();
  one.read_message();
  constexpr std::string_view poll = "GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: x\r\n\r\n";
  Client two = connect();
  two.send(poll);
  EXPECT_TRUE(two.read_response().starts_with("HTTP/1.1 200"));
  Client third = connect();
  third.send(poll);
  const std::string refused = third.read_response();
  EXPECT_TRUE(refused.starts_with("HTTP/1.1 503")) << refused;
  EXPECT_NE(refused.find("Retry-After: 1"), std::string::npos);
  Client fourth = connect();
  fourth.send(
      "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
  EXPECT_TRUE(fourth.read_to_end().starts_with("HTTP/1.1 503"));
  EXPECT_EQ(counts().handshakes_refused, 2u);
  one.send_text(R"(40{"yes":1})");
  one.read_message();
  third.send(poll);
  EXPECT_TRUE(third.read_response().starts_with("HTTP/1.1 200"));
  EXPECT_EQ(counts().handshakes, 2u);
}

TEST_F(AdmissionTest, the_oldest_handshake_of_a_full_address_gives_way_once_it_has_had_its_time) {
  ServerConfig config = one_loop();
  config.handshakes_per_address_max = 2;
  config.handshake_grace = 0ms;
  start(config);
  WebsocketClient signed_in = shake_hands();
  signed_in.read_message();
  signed_in.send_text(R"(40{"yes":1})");
  signed_in.read_message();
  WebsocketClient oldest = shake_hands();
  oldest.read_message();
  WebsocketClient older = shake_hands();
  older.read_message();
  WebsocketClient newcomer = shake_hands();
  newcomer.read_message();
  EXPECT_TRUE(oldest.read_close().has_value());
  for (WebsocketClient* each : {&older, &newcomer}) {
    each->send_text(R"(40{"yes":1})");
    EXPECT_TRUE(each->read_message().starts_with(R"(40{"sid")"));
  }
  EXPECT_EQ(counts().handshakes_ended, 1u);
  EXPECT_EQ(counts().handshakes_refused, 0u);
  EXPECT_EQ(counts().handshakes, 0u);
}

TEST_F(AdmissionTest, the_oldest_handshake_of_all_gives_way_if_there_are_too_many_in_all) {
  ServerConfig config = one_loop();
  config.handshakes_max = 1;
  config.handshake_grace = 0ms;
  config.trusted_proxies = {"127.0.0.1"};
  start(config);
  constexpr std::string_view poll = "GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 203.0.113.";
  for (int address = 1; address <= 3; ++address) {
    Client client = connect();
    client.send(std::string(poll) + std::to_string(address) + "\r\n\r\n");
    EXPECT_TRUE(client.read_response().starts_with("HTTP/1.1 200"));
  }
  EXPECT_EQ(counts().handshakes_ended, 2u);
  EXPECT_EQ(counts().handshakes, 1u);
  EXPECT_TRUE(until([&] { return counts().connections_open == 1u; }));
}

TEST_F(AdmissionTest, a_handshake_gives_way_on_whichever_loop_it_is) {
  ServerConfig config = one_loop();
  config.event_loops = 4;
  config.handshakes_per_address_max = 1;
  config.handshake_grace = 0ms;
  start(config);
  constexpr std::size_t handshakes = 20;
  std::vector<WebsocketClient> clients;
  for (std::size_t number = 0; number < handshakes; ++number) {
    clients.push_back(shake_hands());
    EXPECT_TRUE(clients.back().read_message().starts_with("0{"));
  }
  EXPECT_EQ(counts().handshakes_ended, handshakes - 1);
  EXPECT_EQ(counts().handshakes_refused, 0u);
  EXPECT_TRUE(until([&] { return counts().connections_open == 1u; }));
  clients.back().send_text(R"(40{"yes":1})");
  EXPECT_TRUE(clients.back().read_message().starts_with(R"(40{"sid")"));
}

}  // namespace
}  // namespace parley::server::test
