// HTTP over real loopback sockets: requests in pieces, in bulk, too slow, too large, and input that is not HTTP.
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <optional>
#include <thread>

#include "base/limits.hpp"
#include "unit/server/http/http_fixture.hpp"

namespace parley::server::test {
namespace {

using protocol::http::Request;
using protocol::http::Respond;
using protocol::http::Response;
using std::chrono_literals::operator""ms;

TEST_F(HttpTest, a_request_is_answered_and_the_connection_stays) {
  start();
  Client client = connect();
  for (int round = 0; round < 3; ++round) {
    client.send("GET /a?b=c HTTP/1.1\r\nHost: x\r\n\r\n");
    const std::string answer = client.read_response();
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nDate: ")) << answer;
    EXPECT_TRUE(answer.ends_with("Content-Length: 11\r\n\r\nGET /a?b=c ")) << answer;
  }
}

TEST_F(HttpTest, a_request_may_come_one_byte_at_a_time) {
  start();
  Client client = connect();
  for (const char byte : std::string_view("POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello")) client.send({&byte, 1});
  EXPECT_TRUE(client.read_response().ends_with("POST /p hello"));
}

TEST_F(HttpTest, pipelined_requests_are_answered_in_order) {
  start();
  Client client = connect();
  std::string requests;
  for (int index = 0; index < 100; ++index) requests += "GET /" + std::to_string(index) + " HTTP/1.1\r\nHost: x\r\n\r\n";
  client.send(requests);
  for (int index = 0; index < 100; ++index) {
    EXPECT_TRUE(client.read_response().ends_with("GET /" + std::to_string(index) + " ")) << index;
  }
}

TEST_F(HttpTest, pipelined_requests_wait_for_a_handler_that_answers_later) {
  start(one_loop(), [](Request request, EventLoop& loop, Respond respond) {
    Response response;
    response.body = request.target;
    loop.call_after(1ms, [response = std::move(response), respond = std::move(respond)]() mutable { respond(std::move(response)); });
  });
  Client client = connect();
  client.send(
      "GET /1 HTTP/1.1\r\nHost: x\r\n\r\nPOST /2 HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabcGET /3 HTTP/1.1\r\nHost: x\r\n\r\n");
  for (const char* target : {"/1", "/2", "/3"}) EXPECT_TRUE(client.read_response().ends_with(target));
}

TEST_F(HttpTest, more_than_is_kept_unread_still_arrives_once_the_handler_is_done) {
  start(one_loop(), [](Request request, EventLoop& loop, Respond respond) {
    Response response;
    response.body = std::to_string(request.body.size());
    loop.call_after(5ms, [response = std::move(response), respond = std::move(respond)]() mutable { respond(std::move(response)); });
  });
  Client client = connect();
  const std::string body(3 * limits::unread_bytes_max, 'x');
  for (int index = 0; index < 3; ++index) {
    client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
  }
  for (int index = 0; index < 3; ++index) EXPECT_TRUE(client.read_response().ends_with(std::to_string(body.size())));
}

TEST_F(HttpTest, chunked_bodies_are_put_together) {
  start();
  const std::string answer = exchange(
      "POST /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n1;ext=1\r\n,\r\n6\r\n world\r\n0\r\nTrailer: "
      "t\r\n\r\n");
  EXPECT_TRUE(answer.ends_with("POST /c hello, world")) << answer;
}

TEST_F(HttpTest, the_body_is_asked_for_when_the_client_waits_for_that) {
  start();
  Client client = connect();
  client.send("POST /e HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("ok");
  EXPECT_TRUE(client.read_response().ends_with("POST /e ok"));
}

TEST_F(HttpTest, head_is_answered_with_the_length_but_no_body) {
  start();
  Client client = connect();
  client.send("HEAD /h HTTP/1.1\r\nHost: x\r\n\r\nGET /g HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(has(client.read_response(Client::Body::none), "Content-Length: 8\r\n"));
  EXPECT_TRUE(client.read_response().ends_with("GET /g "));
}

TEST_F(HttpTest, a_client_that_asks_for_the_end_gets_it) {
  start();
  Client client = connect();
  client.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const std::string answer = client.read_to_end();
  EXPECT_TRUE(has(answer, "Connection: close\r\n"));
  EXPECT_TRUE(answer.ends_with("GET / "));
}

TEST_F(HttpTest, http_1_0_closes_unless_it_asks_to_stay) {
  start();
  Client once = connect();
  once.send("GET / HTTP/1.0\r\n\r\n");
  EXPECT_TRUE(once.read_to_end().ends_with("GET / "));
  Client stays = connect();
  stays.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_TRUE(has(stays.read_response(), "Connection: keep-alive\r\n"));
  stays.send("GET / HTTP/1.0\r\n\r\n");
  EXPECT_TRUE(stays.read_to_end().ends_with("GET / "));
}

TEST_F(HttpTest, a_client_that_half_closes_still_reads_its_answer) {
  start(one_loop(), [](Request, EventLoop& loop, Respond respond) {
    loop.call_after(20ms, [respond = std::move(respond)]() mutable {
      respond({.status = 200, .headers = {}, .body = "late", .shared_body = {}, .shared_headers = {}});
    });
  });
  Client client = connect();
  client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  client.end_sending();
  EXPECT_TRUE(client.read_to_end().ends_with("late"));
}

TEST_F(HttpTest, an_answer_after_the_client_has_gone_is_harmless) {
  std::promise<Respond> promised;
  start(one_loop(), [&](Request request, EventLoop& loop, Respond respond) {
    if (request.target == "/next") return respond({});
    loop.call_after(0ms, [&promised, respond = std::move(respond)]() mutable { promised.set_value(std::move(respond)); });
  });
  std::optional<Client> gone(std::in_place, (*server)->port());
  gone->send("GET /gone HTTP/1.1\r\nHost: x\r\n\r\n");
  Respond respond = promised.get_future().get();
  gone.reset();
  EXPECT_TRUE(exchange("GET /next HTTP/1.1\r\nHost: x\r\n\r\n").starts_with("HTTP/1.1 200"));  // the loop knows that the client is gone
  std::promise<void> answered;
  (*server)->loops().front()->post([&] {
    respond({});
    answered.set_value();
  });
  answered.get_future().get();
  EXPECT_TRUE(exchange("GET /next HTTP/1.1\r\nHost: x\r\n\r\n").starts_with("HTTP/1.1 200"));
}

TEST_F(HttpTest, shared_header_lines_and_statuses_without_a_body_are_written_as_they_must) {
  start(one_loop(), [](Request request, EventLoop&, Respond respond) {
    Response response;
    response.status = request.target == "/204" ? 204 : 304;
    response.headers.push_back({"ETag", "W/\"1\""});
    response.shared_headers = "X-Shared: yes\r\n";
    response.body = "never sent";
    respond(std::move(response));
  });
  Client client = connect();
  client.send("OPTIONS /204 HTTP/1.1\r\nHost: x\r\n\r\nGET /304 HTTP/1.1\r\nHost: x\r\n\r\n");
  const std::string no_content = client.read_until("\r\n\r\n");
  EXPECT_TRUE(no_content.starts_with("HTTP/1.1 204 No Content\r\nETag: W/\"1\"\r\nX-Shared: yes\r\n"));
  EXPECT_TRUE(has(no_content, "Content-Length: 0\r\n"));
  const std::string not_modified = client.read_until("\r\n\r\n");
  EXPECT_TRUE(not_modified.starts_with("HTTP/1.1 304 Not Modified\r\n"));
  EXPECT_FALSE(has(not_modified, "Content-Length"));
}

TEST_F(HttpTest, what_is_no_http_is_answered_400_and_closed) {
  start();
  for (const std::string_view garbage :
       {"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\nHost: x\r\n\r\n",
        "GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nHost: x\r\nBad Header: 1\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: two\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n"}) {
    Client client = connect();
    client.send(garbage);
    const std::string answer = client.read_to_end();
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 400 Bad Request\r\n")) << garbage << "\n" << answer;
    EXPECT_TRUE(has(answer, "Connection: close\r\n"));
  }
}

TEST_F(HttpTest, empty_lines_before_a_request_are_skipped) {
  start();
  const std::string request = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";
  EXPECT_TRUE(exchange("\r\n" + request).ends_with("GET /a "));
  Client client = connect();
  for (int round = 0; round < 3; ++round) {
    std::string lines;
    for (std::size_t line = 0; line < limits::http_empty_lines_max; ++line) lines += "\r\n";
    client.send(lines + request);
    EXPECT_TRUE(client.read_response().ends_with("GET /a ")) << "counted for each request";
  }
  client.send("POST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nok\r\n" + request);
  EXPECT_TRUE(client.read_response().ends_with("POST /b ok"));
  EXPECT_TRUE(client.read_response().ends_with("GET /a ")) << "a line that earlier clients sent after a body";
  for (const char byte : "\r\n\r\n" + request) client.send({&byte, 1});
  EXPECT_TRUE(client.read_response().ends_with("GET /a "));
}

TEST_F(HttpTest, more_empty_lines_than_the_limit_and_other_line_ends_are_answered_400) {
  start();
  std::string too_many;
  for (std::size_t line = 0; line <= limits::http_empty_lines_max; ++line) too_many += "\r\n";
  for (const std::string& before : {too_many, std::string("\n"), std::string("\r\r\n"), std::string(" \r\n")}) {
    Client client = connect();
    client.send(before + "GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_TRUE(client.read_to_end().starts_with("HTTP/1.1 400 ")) << before.size();
  }
}

TEST_F(HttpTest, a_connection_that_sent_empty_lines_alone_is_closed_silently) {
  ServerConfig config = one_loop();
  config.http_idle_timeout = 50ms;
  start(config);
  Client client = connect();
  client.send("\r\n\r\n");
  EXPECT_TRUE(client.closed_silently());
}

TEST_F(HttpTest, headers_at_the_limit_pass_and_beyond_are_answered_431) {
  start();
  const std::string start_line = "GET / HTTP/1.1\r\nHost: x\r\nX: ";
  const auto request = [&](std::size_t size) { return start_line + std::string(size - start_line.size() - 4, 'x') + "\r\n\r\n"; };
  EXPECT_TRUE(exchange(request(limits::http_header_bytes_max)).starts_with("HTTP/1.1 200"));
  Client client = connect();
  client.send(request(limits::http_header_bytes_max + 1));
  EXPECT_TRUE(client.read_to_end().starts_with("HTTP/1.1 431 "));
}

TEST_F(HttpTest, a_head_without_end_is_answered_431) {
  start();
  Client client = connect();
  client.send("GET /" + std::string(limits::http_header_bytes_max + 1, 'a'));
  EXPECT_TRUE(client.read_to_end().starts_with("HTTP/1.1 431 "));
}

ServerConfig small_bodies() {
  ServerConfig config = one_loop();
  config.http_body_bytes_max = 1000;
  return config;
}

TEST_F(HttpTest, a_body_at_the_limit_passes) {
  start(small_bodies());
  EXPECT_TRUE(exchange("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n" + std::string(1000, 'x')).starts_with("HTTP/1.1 200"));
}

TEST_F(HttpTest, a_body_announced_beyond_the_limit_gets_the_handlers_413_before_it_is_sent) {
  start(small_bodies());
  for (const char* length : {"1001", "9223372036854775807"}) {
    Client client = connect();
    client.send(std::string("POST /big HTTP/1.1\r\nHost: x\r\nContent-Length: ") + length + "\r\n\r\n");
    const std::string answer = client.read_to_end();
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 413 ")) << answer;
    EXPECT_TRUE(answer.ends_with("too large for /big"));
  }
}

TEST_F(HttpTest, a_chunked_body_that_grows_beyond_the_limit_gets_the_413_although_the_client_goes_on_sending) {
  start(small_bodies());
  Client client = connect();
  client.send("POST /big HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (int index = 0; index < 2000; ++index) client.send("100\r\n" + std::string(256, 'x') + "\r\n");
  const std::string answer = client.read_to_end();
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 413 ")) << answer;
}

TEST_F(HttpTest, a_sender_that_is_too_slow_is_answered_408_and_closed) {
  ServerConfig config = one_loop();
  config.http_request_timeout = 60ms;
  start(config);
  Client client = connect();
  client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf");
  EXPECT_TRUE(client.read_to_end().starts_with("HTTP/1.1 408 "));
}

TEST_F(HttpTest, trickling_bytes_do_not_move_the_deadline_of_a_request) {
  ServerConfig config = one_loop();
  config.http_request_timeout = 100ms;
  start(config);
  Client client = connect();
  std::atomic<bool> done = false;
  std::jthread trickle([&] {
    client.send("GET / HTTP/1.1\r\nHost: x\r\nX: ");
    while (!done) {
      client.send("x");
      std::this_thread::sleep_for(5ms);
    }
  });
  EXPECT_TRUE(client.read_to_end().starts_with("HTTP/1.1 408 "));
  done = true;
}

TEST_F(HttpTest, a_connection_without_a_request_is_closed_silently) {
  ServerConfig config = one_loop();
  config.http_idle_timeout = 50ms;
  start(config);
  Client silent = connect();
  EXPECT_TRUE(silent.closed_silently());
  Client kept_alive = connect();
  kept_alive.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_FALSE(kept_alive.read_response().empty());
  EXPECT_TRUE(kept_alive.closed_silently());
}

TEST_F(HttpTest, a_handler_may_take_longer_than_every_timeout) {
  ServerConfig config = one_loop();
  config.http_idle_timeout = config.http_request_timeout = 20ms;
  start(config, [](Request, EventLoop& loop, Respond respond) {
    loop.call_after(100ms, [respond = std::move(respond)]() mutable { respond({}); });
  });
  EXPECT_TRUE(exchange("GET / HTTP/1.1\r\nHost: x\r\n\r\n").starts_with("HTTP/1.1 200"));
}

TEST_F(HttpTest, a_large_answer_reaches_a_slow_reader_whole) {
  const std::string large(32 * 1024 * 1024, 'x');  // more than the kernel accepts at once
  start(one_loop(), [&](Request, EventLoop&, Respond respond) {
    respond({.status = 200, .headers = {}, .body = large, .shared_body = {}, .shared_headers = {}});
  });
  Client client = connect();
  client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(client.read_response().ends_with(large));
}

TEST_F(HttpTest, the_peer_is_named_and_a_trusted_proxy_is_believed) {
  ServerConfig config = one_loop();
  config.trusted_proxies = {"127.0.0.0/8"};
  start(config, [](Request request, EventLoop&, Respond respond) {
    respond({.status = 200, .headers = {}, .body = "from " + request.remote_address, .shared_body = {}, .shared_headers = {}});
  });
  EXPECT_TRUE(exchange("GET / HTTP/1.1\r\nHost: x\r\n\r\n").ends_with("from 127.0.0.1"));
  EXPECT_TRUE(exchange("GET / HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 6.6.6.6, 198.51.100.7\r\n\r\n").ends_with("from 198.51.100.7"));
}

TEST_F(HttpTest, an_absolute_target_is_taken_as_its_path) {
  start();
  EXPECT_TRUE(exchange("GET http://parley.example/a?b HTTP/1.1\r\nHost: x\r\n\r\n").ends_with("GET /a?b "));
}

}  // namespace
}  // namespace parley::server::test
