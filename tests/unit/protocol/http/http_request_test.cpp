// The parts of a request, and the small rules of header text.
#include <gtest/gtest.h>

#include "protocol/http/header_text.hpp"
#include "protocol/http/http_handler.hpp"

namespace parley::protocol::http {
namespace {

Request request_to(std::string target) {
  Request request;
  request.target = std::move(target);
  return request;
}

TEST(HttpRequest, splits_the_target_at_the_first_question_mark) {
  EXPECT_EQ(request_to("/a/b").path(), "/a/b");
  EXPECT_EQ(request_to("/a/b").query(), "");
  EXPECT_EQ(request_to("/a?x=1").path(), "/a");
  EXPECT_EQ(request_to("/a?x=1").query(), "x=1");
  EXPECT_EQ(request_to("/a?").query(), "");
  EXPECT_EQ(request_to("/a?x=1?y").query(), "x=1?y");
  EXPECT_EQ(request_to("").path(), "");
}

TEST(HttpRequest, finds_the_first_header_of_a_name_ignoring_case) {
  Request request;
  request.headers = {{"Content-Type", "one"}, {"content-type", "two"}};
  ASSERT_NE(request.find("CONTENT-TYPE"), nullptr);
  EXPECT_EQ(*request.find("CONTENT-TYPE"), "one");
  EXPECT_EQ(request.find("Content"), nullptr);
  EXPECT_EQ(request.find(""), nullptr);
}

TEST(HttpRequest, joins_the_headers_of_a_name_in_their_order) {
  Request request;
  request.headers = {{"Cookie", "a=1"}, {"Host", "x"}, {"cookie", "b=2; c=3"}, {"COOKIE", ""}};
  EXPECT_EQ(request.joined("cookie", "; "), "a=1; b=2; c=3; ");
  EXPECT_EQ(request.joined("Host", ", "), "x");
  EXPECT_EQ(request.joined("Accept", ", "), std::nullopt);
}

TEST(HeaderText, compares_letters_only_without_case) {
  EXPECT_TRUE(equals_ignoring_case("aZ-1", "Az-1"));
  EXPECT_FALSE(equals_ignoring_case("[", "{"));  // 0x5B and 0x7B differ only by the case bit, but are not letters
  EXPECT_FALSE(equals_ignoring_case("a", "ab"));
}

TEST(HeaderText, finds_tokens_of_a_list) {
  EXPECT_TRUE(list_names("a, b ,\tC", "c"));
  EXPECT_TRUE(list_names("Upgrade", "upgrade"));
  EXPECT_FALSE(list_names("upgrades", "upgrade"));
  EXPECT_FALSE(list_names("", "upgrade"));
  EXPECT_FALSE(list_names("a,,b", "c"));
}

TEST(HeaderText, trims_spaces_and_tabs_only) {
  EXPECT_EQ(trim_whitespace(" \ta b\t "), "a b");
  EXPECT_EQ(trim_whitespace(" \t "), "");
  EXPECT_EQ(trim_whitespace("\na\n"), "\na\n");
}

}  // namespace
}  // namespace parley::protocol::http
