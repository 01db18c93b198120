#include "load/http_message.hpp"

#include <gtest/gtest.h>

#include "base/bytes.hpp"
#include "base/hash.hpp"
#include "load/load_failure.hpp"
#include "load/token.hpp"

namespace parley::bench {
namespace {

std::string request_text(const HttpRequest& request) {
  std::string out;
  append_request(out, request);
  return out;
}

TEST(HttpMessage, a_request_carries_token_and_body) {
  EXPECT_EQ(request_text({"POST", "/api/x", "abc", "{}"}),
            "POST /api/x HTTP/1.1\r\nHost: parley-bench\r\nAuthorization: Bearer abc\r\nContent-Type: application/json\r\n"
            "Content-Length: 2\r\n\r\n{}");
  EXPECT_EQ(request_text({"GET", "/", "", ""}), "GET / HTTP/1.1\r\nHost: parley-bench\r\n\r\n");
}

TEST(HttpMessage, an_answer_is_framed_by_its_length_whatever_the_case_of_the_header) {
  const std::string bytes = "HTTP/1.1 201 Created\r\nX-A: b\r\ncontent-LENGTH:  5\r\n\r\nhelloHTTP/1.1 2";
  const auto response = frame_response(bytes);
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 201u);
  EXPECT_EQ(response->body, "hello");
  EXPECT_EQ(bytes.substr(response->size), "HTTP/1.1 2");
}

TEST(HttpMessage, every_cut_of_an_answer_waits_for_more) {
  const std::string bytes = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
  for (std::size_t size = 0; size < bytes.size(); ++size) EXPECT_FALSE(frame_response(bytes.substr(0, size))) << size;
  EXPECT_TRUE(frame_response(bytes));
}

TEST(HttpMessage, what_is_no_framed_answer_is_refused_by_name) {
  EXPECT_THROW((void)frame_response("SSH-2.0-x\r\n\r\n"), LoadFailure);
  EXPECT_THROW((void)frame_response("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"), LoadFailure);
}

TEST(Token, is_three_parts_signed_with_the_secret) {
  const std::string token = sign_token("secret", {"0123456789abcdef01234567", "doctor"});
  const std::size_t last_dot = token.rfind('.');
  const std::size_t first_dot = token.find('.');
  EXPECT_EQ(from_base64url(token.substr(0, first_dot)), R"({"alg":"HS256","typ":"JWT"})");
  EXPECT_EQ(from_base64url(token.substr(first_dot + 1, last_dot - first_dot - 1)), R"({"id":"0123456789abcdef01234567","role":"doctor"})");
  const Digest32 expected = hmac_sha256("secret", {token.substr(0, last_dot)});
  EXPECT_EQ(from_base64url(token.substr(last_dot + 1)), view_of(expected));
}

}  // namespace
}  // namespace parley::bench
