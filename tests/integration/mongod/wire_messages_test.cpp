// The gate's parser for MongoDB's protocol, without a socket.
#include "support/wire_messages.hpp"

#include <bson/bson.h>
#include <gtest/gtest.h>

namespace parley::test {
namespace {

std::string number(std::int32_t value) {
  return {reinterpret_cast<const char*>(&value), sizeof(value)};
}

std::string with_header(std::int32_t id, std::int32_t to, std::int32_t opcode, const std::string& rest) {
  return number(static_cast<std::int32_t>(16 + rest.size())) + number(id) + number(to) + number(opcode) + rest;
}

std::string bytes_of(const char* json) {
  bson_t* document = bson_new_from_json(reinterpret_cast<const std::uint8_t*>(json), -1, nullptr);
  std::string bytes(reinterpret_cast<const char*>(bson_get_data(document)), document->len);
  bson_destroy(document);
  return bytes;
}

std::string op_msg(const char* json) {
  return with_header(7, 5, 2013, number(0) + std::string(1, '\0') + bytes_of(json));
}
std::string op_query(const char* json) {
  return with_header(8, 0, 2004, number(0) + std::string("admin.$cmd\0", 11) + number(0) + number(-1) + bytes_of(json));
}

constexpr const char* hello = R"({"isMaster": 1, "client": {"application": {"name": "parley-write"}, "driver": {"name": "x"}}})";

TEST(MessageSplitter, gives_whole_messages_wherever_the_stream_is_cut) {
  const auto first = op_msg(R"({"insert": "a"})");
  const auto second = op_query(hello);
  for (std::size_t cut = 0; cut <= first.size() + second.size(); ++cut) {
    MessageSplitter splitter;
    std::vector<std::string> seen;
    for (const auto& part : {(first + second).substr(0, cut), (first + second).substr(cut)}) {
      splitter.add(part);
      while (auto message = splitter.next()) seen.push_back(*message);
    }
    ASSERT_EQ(seen, (std::vector{first, second})) << "cut at " << cut;
  }
}

TEST(MessageSplitter, passes_what_is_no_message_as_it_comes) {
  MessageSplitter splitter;
  splitter.add("GET / HTTP/1.1\r\n");
  EXPECT_EQ(splitter.next(), "GET / HTTP/1.1\r\n");
  splitter.add("x");
  EXPECT_EQ(splitter.next(), "x");
  EXPECT_EQ(splitter.next(), std::nullopt);
}

TEST(WireMessages, a_handshake_names_its_application_in_both_its_forms) {
  EXPECT_EQ(app_name_of_handshake(op_query(hello)), "parley-write");
  EXPECT_EQ(app_name_of_handshake(op_msg(hello)), "parley-write");
  EXPECT_EQ(app_name_of_handshake(op_msg(R"({"hello": 1})")), "");
  EXPECT_EQ(app_name_of_handshake("GET / HTTP/1.1\r\n"), "");
}

TEST(WireMessages, heartbeats_are_no_operations) {
  EXPECT_FALSE(is_operation(op_query(hello)));
  EXPECT_FALSE(is_operation(op_msg(R"({"hello": 1})")));
  EXPECT_FALSE(is_operation(op_msg(R"({"ping": 1})")));
  EXPECT_TRUE(is_operation(op_msg(R"({"insert": "sessionlog"})")));
}

TEST(WireMessages, an_answer_names_its_request) {
  EXPECT_EQ(request_id(op_msg("{}")), 7);
  EXPECT_EQ(response_to(op_msg("{}")), 5);
  EXPECT_EQ(response_to("short"), 0);
}

}  // namespace
}  // namespace parley::test
