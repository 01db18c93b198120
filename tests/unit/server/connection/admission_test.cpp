// Limits on the work and memory that unknown clients cause (docs/adr/0016): each limit reached and exceeded, over real loopback sockets.
#include <algorithm>
#include <mutex>
#include <vector>

#include "server/engineio/refusal_pace.hpp"
#include "unit/server/connection/admission_fixture.hpp"

namespace parley::server::test {
namespace {

using protocol::http::Request;
using protocol::http::Respond;
using protocol::http::Response;
using std::chrono_literals::operator""h;
using std::chrono_literals::operator""s;

TEST_F(AdmissionTest, who_asks_and_does_not_read_makes_the_server_hold_one_answer) {
  constexpr std::size_t asked = 2'000;
  std::atomic<std::size_t> answered = 0;
  const std::string body(200'000, 'x');
  start(one_loop(), [&](Request, EventLoop&, Respond respond) {
    ++answered;
    respond(answer_of(body));
  });
  Client reader = connect();
  reader.send(repeated(get, asked));
  Client other = connect();
  EXPECT_TRUE(ask(other).ends_with(body));
  EXPECT_LT(answered, asked / 4) << "what the kernel takes is answered, and one more";
  const std::size_t head = reader.read_until("\r\n\r\n").size();
  reader.read_bytes(body.size());
  for (std::size_t index = 1; index < asked; ++index) EXPECT_EQ(reader.read_bytes(head + body.size()).size(), head + body.size());
  EXPECT_EQ(answered, asked + 1) << "nobody who reads after all misses an answer";
}

TEST_F(AdmissionTest, a_body_that_is_shared_arrives_whole_and_is_left_out_for_head_requests) {
  const auto body = std::make_shared<const std::string>(std::string(3 * limits::http_slice_bytes, 'x') + "end");
  start(one_loop(), [&](Request, EventLoop&, Respond respond) {
    Response response;
    response.shared_body = body;
    respond(std::move(response));
  });
  Client client = connect();
  client.send("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_NE(client.read_response(Client::Body::none).find("Content-Length: " + std::to_string(body->size())), std::string::npos);
  EXPECT_TRUE(ask(client).ends_with("\r\n\r\n" + *body));
  client.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(client.read_to_end().ends_with("\r\n\r\n" + *body));
}

TEST_F(AdmissionTest, who_stops_sending_still_reads_a_long_answer_and_those_after_it) {
  const std::string body(5 * limits::http_slice_bytes, 'x');
  start(one_loop(), [&](Request, EventLoop&, Respond respond) { respond(answer_of(body)); });
  Client client = connect();
  client.send(get);
  client.end_sending();
  EXPECT_TRUE(client.read_to_end().ends_with(body));
}

TEST_F(AdmissionTest, one_who_asks_ten_thousand_times_does_not_keep_another_waiting) {
  constexpr std::size_t asked = 10'000;
  std::atomic<std::size_t> answered = 0;
  std::atomic<std::size_t> answered_before_other = asked;
  start(one_loop(), [&](Request request, EventLoop&, Respond respond) {
    if (request.target == "/other") answered_before_other = answered.load();
    ++answered;
    respond(answer_of("x"));
  });
  Client other = connect();
  Client many = connect();
  std::thread sender([&] { many.send(repeated(get, asked)); });
  EXPECT_TRUE(until([&] { return answered > 0; }));
  other.send("GET /other HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(other.read_response().ends_with("x"));
  EXPECT_LT(answered_before_other, asked);
  for (std::size_t index = 0; index < asked; ++index) many.read_response();
  sender.join();
}

TEST_F(AdmissionTest, the_longest_idle_stranger_goes_for_a_newcomer) {
  ServerConfig config = one_loop();
  config.strangers_max = 3;
  start(config);
  std::vector<Client> clients;
  for (int index = 0; index < 3; ++index) {
    clients.push_back(connect());
    ask(clients.back());
  }
  ask(clients[0]);
  Client newcomer = connect();
  EXPECT_NE(ask(newcomer), "");
  EXPECT_TRUE(clients[1].closed_silently());
  EXPECT_NE(ask(clients[0]), "");
  EXPECT_NE(ask(clients[2]), "");
  EXPECT_EQ(counts().strangers_closed, 1u);
  EXPECT_EQ(counts().strangers, 3u);
}

TEST_F(AdmissionTest, strangers_that_are_being_answered_stay_and_the_newcomer_is_turned_away) {
  ServerConfig config = one_loop();
  config.strangers_max = 2;
  std::mutex mutex;
  std::vector<std::function<void()>> held;
  start(config, [&](Request, EventLoop& loop, Respond respond) {
    const std::scoped_lock lock(mutex);
    auto shared = std::make_shared<Respond>(std::move(respond));
    held.push_back([&loop, shared] { loop.post([shared] { (*shared)(answer_of("late")); }); });
  });
  std::vector<Client> clients;
  for (int index = 0; index < 2; ++index) {
    clients.push_back(connect());
    clients.back().send(get);
  }
  EXPECT_TRUE(until([&] {
    const std::scoped_lock lock(mutex);
    return held.size() == 2;
  }));
  EXPECT_TRUE(connect().closed_silently());
  EXPECT_EQ(counts().newcomers_turned_away, 1u);
  for (const auto& answer : held) answer();
  for (Client& client : clients) EXPECT_TRUE(client.read_response().ends_with("late"));
}

TEST_F(AdmissionTest, a_full_address_makes_room_among_its_own_and_a_trusted_proxy_is_not_counted) {
  ServerConfig config = one_loop();
  config.strangers_per_address_max = 2;
  start(config);
  std::vector<Client> clients;
  for (int index = 0; index < 3; ++index) {
    clients.push_back(connect());
    ask(clients.back());
  }
  EXPECT_TRUE(clients[0].closed_silently());
  config.trusted_proxies = {"127.0.0.1"};
  start(config);
  std::vector<Client> proxied;
  for (int index = 0; index < 8; ++index) proxied.push_back(connect());
  for (Client& client : proxied) EXPECT_NE(ask(client), "");
  EXPECT_EQ(counts().strangers_closed, 0u);
}

TEST_F(AdmissionTest, sockets_are_no_more_than_the_descriptors_allow_whoever_they_are) {
  ServerConfig config = one_loop();
  config.sockets_max = 2;
  start(config);
  std::vector<WebsocketClient> known;
  for (int index = 0; index < 2; ++index) {
    known.push_back(shake_hands());
    known.back().read_message();
    known.back().send_text(R"(40{"yes":1})");
    known.back().read_message();
  }
  EXPECT_TRUE(connect().closed_silently());
  EXPECT_EQ(counts().sockets_open, 2u);
  EXPECT_EQ(counts().strangers, 0u);
}

TEST_F(AdmissionTest, who_is_refused_three_times_and_has_nothing_else_is_let_go) {
  start();
  WebsocketClient client = shake_hands();
  client.read_message();
  for (int index = 0; index < limits::refused_connects_max; ++index) {
    client.send_text("40");
    EXPECT_EQ(client.read_message(), R"(44{"message":"no entry"})");
  }
  EXPECT_TRUE(client.read_close().has_value());
  WebsocketClient second = shake_hands();
  second.read_message();
  for (int round = 0; round < 2; ++round) {
    for (int index = 1; index < limits::refused_connects_max; ++index) {
      second.send_text("40");
      EXPECT_EQ(second.read_message(), R"(44{"message":"no entry"})");
    }
    second.send_text(R"(40{"yes":1})");
    EXPECT_TRUE(second.read_message().starts_with(R"(40{"sid")"));
    second.send_text("41");
  }
}

TEST(RefusalPace, lets_some_through_at_once_and_then_so_many_a_second) {
  RefusalPace pace;
  const SteadyTime now{1h};
  for (int index = 0; index < limits::refusals_free; ++index) EXPECT_LE(pace.count(now), now);
  const SteadyTime until = pace.count(now);
  EXPECT_EQ(until, now + std::chrono::nanoseconds(1s) / limits::refusals_per_second);
  EXPECT_TRUE(pace.was_paused(now + 1s, 2s));
  EXPECT_FALSE(pace.was_paused(now + 3s, 2s));
  for (int index = 0; index < limits::refusals_free; ++index)
    EXPECT_LE(pace.count(now + 2s), now + 2s) << "after a rest they are free again";
}

TEST_F(AdmissionTest, refused_events_are_read_slowly_and_none_is_lost) {
  start();
  WebsocketClient client = shake_hands();
  client.read_message();
  client.send_text(R"(40{"yes":1})");
  client.read_message();
  const int sent = limits::refusals_free + 70;
  for (int index = 0; index < sent; ++index) client.send_text(R"(42["x"])");
  client.send_text("41");
  EXPECT_TRUE(until([&] { return doorman.refused == sent; }));
}

TEST_F(AdmissionTest, when_too_much_is_held_the_connection_that_holds_most_is_cut) {
  ServerConfig config = one_loop();
  config.held_bytes_max = 1'000'000;
  start(config);
  const auto announce = [](Client& client, std::size_t whole, std::size_t sent) {
    client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(whole) + "\r\n\r\n" + std::string(sent, 'x'));
  };
  Client large = connect();
  announce(large, 2'000'000, 700'000);
  Client small = connect();
  announce(small, 400'100, 400'000);
  EXPECT_EQ(large.read_to_end(), "");
  EXPECT_EQ(counts().holders_cut, 1u);
  small.send(std::string(100, 'x'));
  EXPECT_TRUE(small.read_response().starts_with("HTTP/1.1 200"));
}

TEST_F(AdmissionTest, half_a_frame_and_attachments_that_never_come_are_held_bytes_too) {
  ServerConfig config = one_loop();
  config.held_bytes_max = 600'000;
  start(config);
  WebsocketClient waits = shake_hands();
  waits.read_message();
  waits.send_text(R"(40{"yes":1})");
  waits.read_message();
  waits.send_text("452-[\"x\",{\"_placeholder\":true,\"num\":0},{\"_placeholder\":true,\"num\":1}]");
  waits.send_frame(protocol::websocket::Opcode::binary, std::string(400'000, 'x'));
  EXPECT_EQ(counts().holders_cut, 0u);
  WebsocketClient half = shake_hands();
  half.read_message();
  half.socket().send(std::string("\x81\xff\0\0\0\0\0\x07\xa1\x20\0\0\0\0", 14) + std::string(300'000, 'x'));
  EXPECT_TRUE(until([&] { return counts().holders_cut == 1u; }));
}

}  // namespace
}  // namespace parley::server::test
