// Where a request ends: bodies, lengths and transfer codings that two readers could understand differently are refused.
#include <gtest/gtest.h>

#include <atomic>

#include "unit/server/http/http_fixture.hpp"

namespace parley::server::test {
namespace {

using protocol::http::Request;
using protocol::http::Respond;

class FramingTest : public HttpTest {
 protected:
  void SetUp() override {
    start(one_loop(), [this](Request request, EventLoop&, Respond respond) {
      ++handled;
      respond({.status = 200, .headers = {}, .body = request.target + " " + request.body, .shared_body = {}, .shared_headers = {}});
    });
  }
  /// A request of this version with these header lines is followed by another one. The server cannot know where the first body ends, so it
  /// must carry out neither of them.
  void expect_refused(std::string_view version, std::string_view lines) {
    Client client = connect();
    client.send("POST /first HTTP/" + std::string(version) + "\r\nHost: x\r\n" + std::string(lines) +
                "\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n");
    const std::string answer = client.read_to_end();
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 400 Bad Request\r\n")) << lines << answer;
    EXPECT_TRUE(has(answer, "Connection: close\r\n")) << lines << answer;
    EXPECT_EQ(answer.find("HTTP/", 1), std::string::npos) << lines << answer;
    EXPECT_EQ(handled, 0) << lines;
  }
  std::atomic<int> handled = 0;
};

TEST_F(FramingTest, a_transfer_coding_other_than_chunked_alone_is_refused_and_nothing_after_it_is_carried_out) {
  for (const std::string coding : {"xchunked",
                                   "chunkedx",
                                   "identity",
                                   "gzip",
                                   "gzip, chunked",
                                   "chunked, gzip",
                                   "chunked, chunked",
                                   "chunked, identity",
                                   "identity, chunked",
                                   "chunked,",
                                   ",chunked",
                                   "chunked;q=1",
                                   "\"chunked\"",
                                   "chun ked",
                                   "x, chunked",
                                   "",
                                   "\x0b"
                                   "chunked",
                                   "chunked\x0b",
                                   "chunked\xa0",
                                   "'chunked'",
                                   "chunked chunked"}) {
    expect_refused("1.1", "Transfer-Encoding: " + coding + "\r\nContent-Length: 5\r\n");
    expect_refused("1.1", "Content-Length: 5\r\nTransfer-Encoding: " + coding + "\r\n");
    expect_refused("1.1", "Transfer-Encoding: " + coding + "\r\n");
    expect_refused("1.0", "Transfer-Encoding: " + coding + "\r\nConnection: keep-alive\r\n");
  }
}

TEST_F(FramingTest, a_transfer_coding_said_twice_or_beside_a_length_or_to_http_1_0_is_refused) {
  for (const std::string lines :
       {"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "Transfer-Encoding : chunked\r\n", "Transfer-Encoding\t: chunked\r\n",
        " Transfer-Encoding: chunked\r\n", "Transfer-Encoding:\r\n chunked\r\n", "Transfer-Encoding: chunked\r\n\tidentity\r\n",
        "X: y\r\n Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "Transfer-Encoding: chunked\nX: y\r\n",
        "Transfer-Encoding: x\rchunked\r\n"})
    expect_refused("1.1", lines);
  expect_refused("1.0", "Transfer-Encoding: chunked\r\n");
  expect_refused("1.0", "Transfer-Encoding: chunked\r\nConnection: keep-alive\r\n");
  expect_refused("1.0", "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n");
}

TEST_F(FramingTest, a_length_that_is_said_twice_or_is_no_number_is_refused) {
  for (const std::string length : {"+5", "-5", "5 5", "5, 5", "5,5", "5,", ",5", "5, 6", "0x5", "5.0", "5e0", "", "five", "\"5\"", "5;q=1",
                                   "18446744073709551616", "99999999999999999999", "5\r\n 5", "\r\n 5"})
    for (const std::string_view version : {"1.1", "1.0"}) expect_refused(version, "Content-Length: " + length + "\r\n");
  for (const std::string lines : {"Content-Length: 5\r\nContent-Length: 5\r\n", "Content-Length: 5\r\nContent-Length: 0\r\n",
                                  "Content-Length: 0\r\ncontent-length: 0\r\n", "Content-Length : 5\r\n", "Content-Length\t: 5\r\n"})
    expect_refused("1.1", lines);
}

TEST_F(FramingTest, a_value_folded_over_lines_is_refused_in_pieces_of_any_size) {
  const std::string request = "GET /first HTTP/1.1\r\nHost: x\r\nX-Long: a\r\n b\r\n\r\n";
  for (std::size_t cut = 1; cut < request.size(); ++cut) {
    Client client = connect();
    client.send(request.substr(0, cut));
    client.send(request.substr(cut));
    EXPECT_TRUE(client.read_to_end().starts_with("HTTP/1.1 400 ")) << cut;
  }
  EXPECT_EQ(handled, 0);
}

TEST_F(FramingTest, chunked_and_lengths_in_their_harmless_spellings_pass) {
  for (const std::string line :
       {"Transfer-Encoding: chunked", "transfer-encoding:chunked", "TRANSFER-ENCODING: CHUNKED", "Transfer-Encoding:\t Chunked \t"})
    EXPECT_TRUE(exchange("POST /c HTTP/1.1\r\nHost: x\r\n" + line + "\r\n\r\n2\r\nok\r\n0\r\n\r\n").ends_with("/c ok")) << line;
  for (const std::string line : {"Content-Length: 2", "content-length:2", "Content-Length:\t2 ", "Content-Length: 0002"})
    EXPECT_TRUE(exchange("POST /c HTTP/1.1\r\nHost: x\r\n" + line + "\r\n\r\nok").ends_with("/c ok")) << line;
}

TEST_F(FramingTest, a_request_names_one_host) {
  for (const std::string lines : {"Host: x\r\n", "host: y\r\n", "HOST:\r\n"}) {
    expect_refused("1.1", lines);
    expect_refused("1.0", lines);
  }
  for (const std::string host : {"a b", "a/b", "user@a", "a?b", "a#b", "a\\b", "http://a", "<a>", "a\x80"}) {
    Client client = connect();
    client.send("GET /first HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
    EXPECT_TRUE(client.read_to_end().starts_with("HTTP/1.1 400 ")) << host;
  }
  Client none = connect();
  none.send("GET /first HTTP/1.1\r\nX-Host: x\r\n\r\n");
  EXPECT_TRUE(none.read_to_end().starts_with("HTTP/1.1 400 "));
  EXPECT_EQ(handled, 0);
  for (const std::string host : {"", "x", "a.example.org:3000", "[::1]:3000", "my_host", "127.0.0.1", "xn--bcher-kva.example", "a%2eb"})
    EXPECT_TRUE(exchange("GET /h HTTP/1.1\r\nHost: " + host + "\r\n\r\n").ends_with("/h ")) << host;
}

TEST_F(FramingTest, a_request_line_without_its_version_is_answered_at_once) {
  for (const std::string line : {"GET / ", "GET /", "GET", "GET  ", "GET / HTTP", "GET / HTTP/", "GET / HTTP/1", "GET / HTTP/1.",
                                 "GET / HTTP/1.1 ", "GET / HTTP/1.1x", "GET / http/1.1", "GET / HTTP/2.0", "GET / HTTP/0.9",
                                 "GET / a HTTP/1.1", "GET\t/\tHTTP/1.1", "GET /  HTTP/1.1", " GET / HTTP/1.1"}) {
    for (const std::string_view rest : {"\r\n\r\n", "\r\nHost: x\r\n\r\n", "\r\n"}) {
      Client client = connect();
      client.send(line + std::string(rest));
      EXPECT_TRUE(client.read_to_end().starts_with("HTTP/1.1 400 ")) << line << rest;
    }
  }
  EXPECT_EQ(handled, 0);
}

}  // namespace
}  // namespace parley::server::test
