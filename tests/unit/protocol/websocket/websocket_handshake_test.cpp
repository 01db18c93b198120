// The opening handshake: each test omits one requirement.
#include "protocol/websocket/handshake.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace parley::protocol::websocket {
namespace {

constexpr std::string_view key = "dGhlIHNhbXBsZSBub25jZQ==";         // RFC 6455 §1.3
constexpr std::string_view accept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";  // the same

http::Request good_request() {
  http::Request request;
  request.method = "GET";
  request.target = "/chat";
  request.headers = {{"Host", "a"},
                     {"Upgrade", "websocket"},
                     {"Connection", "Upgrade"},
                     {"Sec-WebSocket-Key", std::string(key)},
                     {"Sec-WebSocket-Version", "13"}};
  return request;
}

http::Request with(std::string name, std::string value) {
  http::Request request = good_request();
  std::ranges::find(request.headers, name, &http::Header::name)->value = std::move(value);
  return request;
}

unsigned status_of(const http::Request& request) {
  const auto result = check_request(request);
  return result ? 101 : result.error().status;
}

TEST(WebsocketHandshake, computes_the_accept_key_of_the_rfc) {
  EXPECT_EQ(accept_key(key), accept);
}

TEST(WebsocketHandshake, takes_a_good_request) {
  const auto result = check_request(good_request());
  ASSERT_TRUE(result);
  EXPECT_EQ(result->key, accept);
  EXPECT_EQ(result->extra_headers, "");
}

/// The header that answers these offers; `400` if they are refused.
std::string chosen_of(const std::vector<std::string>& offers) {
  http::Request request = good_request();
  for (const std::string& offer : offers) request.headers.push_back({"Sec-WebSocket-Protocol", offer});
  const auto result = check_request(request);
  return result ? result->extra_headers : std::to_string(result.error().status);
}

TEST(WebsocketHandshake, chooses_the_first_subprotocol_offered) {
  for (const auto& [offers, chosen] :
       std::vector<std::pair<std::vector<std::string>, std::string>>{{{"chat"}, "chat"},
                                                                     {{" v2.chat ,\tchat"}, "v2.chat"},
                                                                     {{"two", "one"}, "two"},
                                                                     {{"chat,CHAT"}, "chat"},
                                                                     {{"!#$%&'*+-.^_`|~09azAZ"}, "!#$%&'*+-.^_`|~09azAZ"}}) {
    EXPECT_EQ(chosen_of(offers), "Sec-WebSocket-Protocol: " + chosen + "\r\n");
  }
  EXPECT_EQ(chosen_of({}), "");
}

TEST(WebsocketHandshake, refuses_subprotocols_that_are_no_list_of_different_tokens) {
  for (const std::vector<std::string>& offers : std::vector<std::vector<std::string>>{{""},
                                                                                      {","},
                                                                                      {"chat,"},
                                                                                      {",chat"},
                                                                                      {"a,,b"},
                                                                                      {"two words"},
                                                                                      {"a/b"},
                                                                                      {"\"chat\""},
                                                                                      {"chät"},
                                                                                      {"chat, chat"},
                                                                                      {"chat", "chat"},
                                                                                      {"chat", ""}}) {
    EXPECT_EQ(chosen_of(offers), "400") << offers.front();
  }
}

TEST(WebsocketHandshake, ignores_case_and_further_tokens) {
  EXPECT_EQ(status_of(with("Upgrade", "WebSocket")), 101u);
  EXPECT_EQ(status_of(with("Connection", "keep-alive, upgrade")), 101u);
  EXPECT_EQ(status_of(with("Connection", " close ,\tUPGRADE ")), 101u);
}

TEST(WebsocketHandshake, refuses_a_request_that_lacks_any_header) {
  for (const std::string name : {"Upgrade", "Connection", "Sec-WebSocket-Key", "Sec-WebSocket-Version"}) {
    http::Request request = good_request();
    std::erase_if(request.headers, [&](const http::Header& header) { return header.name == name; });
    EXPECT_EQ(status_of(request), name == "Sec-WebSocket-Version" ? 426u : 400u) << name;
  }
}

TEST(WebsocketHandshake, refuses_wrong_values) {
  EXPECT_EQ(status_of(with("Upgrade", "h2c")), 400u);
  EXPECT_EQ(status_of(with("Upgrade", "websockets")), 400u);
  EXPECT_EQ(status_of(with("Connection", "keep-alive")), 400u);
  EXPECT_EQ(status_of(with("Sec-WebSocket-Key", "")), 400u);
  EXPECT_EQ(status_of(with("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ")), 400u);
  EXPECT_EQ(status_of(with("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZTEyMzQ=")), 400u);
  EXPECT_EQ(status_of(with("Sec-WebSocket-Key", "!!!!IHNhbXBsZSBub25jZQ==")), 400u);
  EXPECT_EQ(status_of(with("Sec-WebSocket-Version", "8")), 426u);
}

TEST(WebsocketHandshake, takes_every_spelling_of_16_bytes_in_base64) {
  // The first is the example of RFC 6455 §4.1. The four bits after its last byte are not zero.
  for (const std::string spelling : {"AQIDBAUGBwgJCgsMDQ4PEC==", "AQIDBAUGBwgJCgsMDQ4PEA==", "AQIDBAUGBwgJCgsMDQ4PEP==",
                                     "//////////////////////==", "++++++++++++++++++++++=="}) {
    const auto result = check_request(with("Sec-WebSocket-Key", spelling));
    ASSERT_TRUE(result) << spelling;
    EXPECT_EQ(result->key, accept_key(spelling)) << "the accept key is made of the text as sent";
  }
  for (const std::string other : {"AQIDBAUGBwgJCgsMDQ4PE===", "AQIDBAUGBwgJCgsMDQ4=EC==", "AQIDBAUGBwgJCgsMDQ4PECAA",
                                  "-_IDBAUGBwgJCgsMDQ4PEC==", "AQIDBAUGBwgJCgsMDQ4 EC==", "AQIDBAUGBwgJCgsMDQ4PEC=A",
                                  "AQIDBAUGBwgJCgsMDQ4PEC=", "AQIDBAUGBwgJCgsMDQ4PEC==="})
    EXPECT_EQ(status_of(with("Sec-WebSocket-Key", other)), 400u) << other;
}

TEST(WebsocketHandshake, names_the_version_it_speaks) {
  const auto result = check_request(with("Sec-WebSocket-Version", "12"));
  ASSERT_FALSE(result);
  EXPECT_TRUE(std::ranges::any_of(
      result.error().headers, [](const http::Header& header) { return header.name == "Sec-WebSocket-Version" && header.value == "13"; }));
}

TEST(WebsocketHandshake, refuses_other_methods) {
  http::Request request = good_request();
  request.method = "POST";
  EXPECT_EQ(status_of(request), 405u);
}

TEST(WebsocketHandshake, the_answer_of_the_server_satisfies_the_client) {
  const std::string answer = switching_protocols(accept_key(key), "X-More: yes\r\n");
  EXPECT_TRUE(answer.ends_with("X-More: yes\r\n\r\n"));
  EXPECT_TRUE(check_response(answer, key));
}

TEST(WebsocketHandshake, a_client_refuses_answers_that_lack_something) {
  const std::string good = switching_protocols(accept);
  const auto without = [&](std::string_view line) {
    std::string answer = good;
    answer.erase(answer.find(line), line.size());
    return answer;
  };
  EXPECT_FALSE(check_response("HTTP/1.1 400 Bad Request\r\n\r\n", key));
  EXPECT_FALSE(check_response(without("Upgrade: websocket\r\n"), key));
  EXPECT_FALSE(check_response(without("Connection: Upgrade\r\n"), key));
  EXPECT_FALSE(check_response(without("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"), key));
  EXPECT_FALSE(check_response(good, "AAAAAAAAAAAAAAAAAAAAAA=="));
  EXPECT_FALSE(check_response(switching_protocols(accept, "Sec-WebSocket-Extensions: permessage-deflate\r\n"), key));
  EXPECT_FALSE(check_response(switching_protocols(accept, "Sec-WebSocket-Protocol: chat\r\n"), key));
  EXPECT_FALSE(check_response("", key));
}

TEST(WebsocketHandshake, the_request_of_the_client_carries_what_the_server_wants) {
  const std::string own_key = client_key({1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16});
  EXPECT_EQ(own_key.size(), 24u);
  EXPECT_EQ(status_of(with("Sec-WebSocket-Key", own_key)), 101u);
  const std::string text = client_request({.host = "h:1", .target = "/x?y", .key = own_key, .extra_headers = "Origin: o\r\n"});
  EXPECT_TRUE(text.starts_with("GET /x?y HTTP/1.1\r\nHost: h:1\r\n"));
  for (const std::string& line : {std::string("Upgrade: websocket\r\n"), std::string("Connection: Upgrade\r\n"),
                                  std::string("Sec-WebSocket-Version: 13\r\n"), "Sec-WebSocket-Key: " + own_key + "\r\n"}) {
    EXPECT_NE(text.find(line), std::string::npos) << line;
  }
  EXPECT_TRUE(text.ends_with("Origin: o\r\n\r\n"));
}

}  // namespace
}  // namespace parley::protocol::websocket
