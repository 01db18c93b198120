// Encoded Socket.IO packets, and a round trip through the decoder.
#include <gtest/gtest.h>

#include "protocol/socketio/namespace_handler.hpp"
#include "protocol/socketio/packet.hpp"

namespace parley::protocol::socketio {
namespace {

std::string written(const PacketToWrite& packet) {
  std::string out;
  append_packet(out, packet);
  return out;
}

TEST(PacketEncoder, writes_the_examples_of_the_protocol) {
  EXPECT_EQ(written({.type = PacketType::connect}), "0");
  EXPECT_EQ(written({.type = PacketType::connect, .nsp = "/admin", .json = R"({"token":"123"})"}), R"(0/admin,{"token":"123"})");
  EXPECT_EQ(written({.nsp = "/admin", .id = 456, .json = R"(["project:delete",123])"}), R"(2/admin,456["project:delete",123])");
  EXPECT_EQ(written({.type = PacketType::ack, .nsp = "/admin", .id = 456, .json = "[]"}), "3/admin,456[]");
}

TEST(PacketEncoder, attachments_make_a_packet_binary) {
  const std::vector<Bytes> attachments = {"x", "y"};
  EXPECT_EQ(written({.json = "[\"e\"]", .attachments = attachments}), "52-[\"e\"]");
  EXPECT_EQ(written({.type = PacketType::ack, .nsp = "/n", .id = 1, .json = "[]", .attachments = attachments}), "62-/n,1[]");
}

TEST(PacketEncoder, encodes_events_and_acks_as_messages) {
  EXPECT_EQ(encode_event("/", "a", "")->text_packet(), R"(42["a"])");
  EXPECT_EQ(encode_event("/", "a", R"(1,{"b":2})")->text_packet(), R"(42["a",1,{"b":2}])");
  EXPECT_EQ(encode_event("/n", "a", "1")->text_packet(), R"(42/n,["a",1])");
  EXPECT_EQ(encode_event("/", "quote\" and \n", "1")->text_packet(), R"(42["quote\" and \n",1])");
  EXPECT_EQ(encode_ack("/", 0, "")->text_packet(), "430[]");
  EXPECT_EQ(encode_ack("/n", UINT64_MAX, "1,2")->text_packet(), "43/n,18446744073709551615[1,2]");
}

TEST(PacketEncoder, encodes_binary_events_and_acks) {
  const std::vector<Bytes> attachments = {"xyz"};
  const std::string placeholder = R"({"_placeholder":true,"num":0})";
  const PacketPtr event = encode_event("/", "e", placeholder, attachments);
  EXPECT_EQ(event->text_packet(), "451-[\"e\"," + placeholder + "]");
  EXPECT_EQ(event->attachments().size(), 1u);
  EXPECT_EQ(encode_ack("/n", 3, placeholder, attachments)->text_packet(), "461-/n,3[" + placeholder + "]");
  EXPECT_EQ(encode_event("/", "e", "1", {})->text_packet(), R"(42["e",1])");
  EXPECT_EQ(encode_ack("/", 3, "1", {})->text_packet(), "433[1]");
}

TEST(PacketEncoder, encodes_the_life_of_a_namespace) {
  EXPECT_EQ(encode_connect("/", "abc")->text_packet(), R"(40{"sid":"abc"})");
  EXPECT_EQ(encode_connect("/n", "abc", R"("pid":"x")")->text_packet(), R"(40/n,{"sid":"abc","pid":"x"})");
  EXPECT_EQ(encode_connect_error("/n", "Invalid namespace")->text_packet(), R"(44/n,{"message":"Invalid namespace"})");
  EXPECT_EQ(encode_connect_error("/", "no", "[1]")->text_packet(), R"(44{"message":"no","data":[1]})");
  EXPECT_EQ(encode_disconnect("/")->text_packet(), "41");
  EXPECT_EQ(encode_disconnect("/n")->text_packet(), "41/n,");
}

TEST(PacketEncoder, what_is_written_is_read_back) {
  PacketDecoder decoder;
  const std::vector<Bytes> attachments = {"x"};
  const std::vector<PacketToWrite> packets = {
      {.type = PacketType::connect, .json = "{}"},
      {.type = PacketType::disconnect, .nsp = "/n"},
      {.nsp = "/n", .id = 0, .json = R"(["a",null])"},
      {.json = R"(["a",{"_placeholder":true,"num":0}])", .attachments = attachments},
      {.type = PacketType::ack, .id = 99, .json = R"([{"_placeholder":true,"num":0}])", .attachments = attachments},
      {.type = PacketType::connect_error, .json = R"("no")"},
  };
  for (const PacketToWrite& packet : packets) {
    const std::string text = written(packet);
    const auto read = decoder.decode(text);
    ASSERT_TRUE(read) << text;
    EXPECT_EQ(read->nsp, packet.nsp);
    EXPECT_EQ(read->id, packet.id);
    EXPECT_EQ(read->json, packet.json);
    EXPECT_EQ(read->attachment_count, packet.attachments.size());
  }
}

TEST(DisconnectReason, names_are_those_of_the_contract) {
  EXPECT_EQ(name_of(DisconnectReason::client_namespace_disconnect), "client namespace disconnect");
  EXPECT_EQ(name_of(DisconnectReason::server_namespace_disconnect), "server namespace disconnect");
  EXPECT_EQ(name_of(DisconnectReason::transport_close), "transport close");
  EXPECT_EQ(name_of(DisconnectReason::transport_error), "transport error");
  EXPECT_EQ(name_of(DisconnectReason::ping_timeout), "ping timeout");
  EXPECT_EQ(name_of(DisconnectReason::parse_error), "parse error");
  EXPECT_EQ(name_of(DisconnectReason::server_shutting_down), "server shutting down");
}

}  // namespace
}  // namespace parley::protocol::socketio
