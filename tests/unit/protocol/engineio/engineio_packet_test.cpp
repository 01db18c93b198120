// Engine.IO packets and payloads: the examples of the protocol, every malformed kind, and the limit.
#include "protocol/engineio/packet.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "base/limits.hpp"
#include "protocol/engineio/encoded_packet.hpp"

namespace parley::protocol::engineio {
namespace {

std::optional<DecodeError> error_of(std::string body) {
  return Payload(std::move(body)).fault();
}

/// Type and data of each packet of a body. The type of a binary packet is `b`.
std::vector<std::string> packets_of(std::string body) {
  Payload payload(std::move(body));
  EXPECT_FALSE(payload.fault());
  std::vector<std::string> packets;
  while (!payload.done()) {
    const Packet packet = payload.next();
    packets.push_back((packet.binary ? 'b' : static_cast<char>(packet.type)) + std::string(packet.data));
  }
  return packets;
}

TEST(EngineioPacket, reads_every_type) {
  Bytes scratch;
  for (char type = '0'; type <= '6'; ++type) {
    const auto packet = decode_packet(std::string(1, type) + "data", scratch);
    ASSERT_TRUE(packet);
    EXPECT_EQ(packet->type, static_cast<PacketType>(type));
    EXPECT_FALSE(packet->binary);
  }
}

TEST(EngineioPacket, points_into_the_text) {
  Bytes scratch;
  const std::string_view text = "4hello";
  const auto packet = decode_packet(text, scratch);
  ASSERT_TRUE(packet);
  EXPECT_EQ(packet->data.data(), text.data() + 1);
  EXPECT_EQ(packet->data, "hello");
}

TEST(EngineioPacket, reads_base64_as_a_binary_message) {
  Bytes scratch;
  const auto packet = decode_packet("bAQIDBA==", scratch);
  ASSERT_TRUE(packet);
  EXPECT_EQ(packet->type, PacketType::message);
  EXPECT_TRUE(packet->binary);
  EXPECT_EQ(packet->data, "\x01\x02\x03\x04");
}

TEST(EngineioPacket, refuses_every_other_first_byte) {
  Bytes scratch;
  for (int byte = 0; byte < 256; ++byte) {
    const bool known = (byte >= '0' && byte <= '6') || byte == 'b';
    EXPECT_EQ(decode_packet(std::string(1, static_cast<char>(byte)), scratch).has_value(), known) << byte;
  }
  EXPECT_FALSE(decode_packet("", scratch));
  EXPECT_FALSE(decode_packet("b!!", scratch));
}

TEST(EngineioPayload, reads_the_example_of_the_protocol) {
  std::string body =
      "4hello\x1e"
      "2\x1e"
      "4world";
  EXPECT_EQ(packets_of(body), (std::vector<std::string>{"4hello", "2", "4world"}));
}

TEST(EngineioPayload, reads_text_and_binary_side_by_side) {
  std::string body =
      "4€\x1e"
      "bAQIDBA==\x1e"
      "4end";
  EXPECT_EQ(packets_of(body), (std::vector<std::string>{"4€", "b\x01\x02\x03\x04", "4end"}));
}

TEST(EngineioPayload, names_where_the_first_bad_packet_is) {
  EXPECT_EQ(error_of("")->offset, 0u);
  EXPECT_EQ(error_of("abc")->offset, 0u);
  EXPECT_EQ(error_of("4a\x1e")->offset, 3u);
  EXPECT_EQ(error_of("\x1e"
                     "4a")
                ->offset,
            0u);
  EXPECT_EQ(error_of("4a\x1e\x1e"
                     "4b")
                ->offset,
            3u);
  EXPECT_EQ(error_of("4a\x1e"
                     "7b")
                ->offset,
            3u);
  EXPECT_EQ(error_of("4a\x1e"
                     "b*")
                ->offset,
            4u);
  EXPECT_FALSE(error_of("4a"));
}

TEST(EngineioPayload, refuses_text_that_is_not_utf8) {
  EXPECT_TRUE(error_of("4\xff"));
}

TEST(EngineioPayload, has_as_many_packets_as_fit_its_bytes) {
  std::string body = "4";
  while (body.size() + 2 <= limits::payload_bytes_max)
    body +=
        "\x1e"
        "4";
  EXPECT_EQ(packets_of(body).size(), (limits::payload_bytes_max + 1) / 2);
}

TEST(EngineioPayload, what_is_joined_is_split_again) {
  std::string payload;
  append_packet(payload, PacketType::message, "one");
  append_packet(payload, PacketType::noop);
  append_binary(payload, std::string("\x00\x1e\xff", 3));
  append_text(payload, "4two");
  EXPECT_EQ(payload,
            "4one\x1e"
            "6\x1e"
            "bAB7/\x1e"
            "4two");
  EXPECT_EQ(packets_of(payload), (std::vector<std::string>{"4one", "6", std::string("b\x00\x1e\xff", 4), "4two"}));
}

TEST(EncodedPacket, text_is_a_server_frame_with_the_packet_as_its_suffix) {
  for (const std::size_t size : {1, 125, 126, 65'535, 65'536}) {
    const std::string text(size, '4');
    const PacketPtr packet = EncodedPacket::text(text);
    EXPECT_EQ(packet->text_packet(), text);
    EXPECT_EQ(static_cast<std::uint8_t>(packet->websocket_frames()[0]), 0x81);
    EXPECT_TRUE(packet->websocket_frames().ends_with(text));
    EXPECT_TRUE(packet->attachments().empty());
  }
}

TEST(EncodedPacket, joins_pieces) {
  EXPECT_EQ(EncodedPacket::text({"4", "", "2[", "]"})->text_packet(), "42[]");
  EXPECT_EQ(EncodedPacket::text({"4", "", "2[", "]"})->websocket_frames(),
            "\x81\x04"
            "42[]");
}

TEST(EncodedPacket, attachments_follow_as_frames_of_their_own) {
  const std::vector<Bytes> attachments = {"ab", Bytes(130, 'c')};
  const PacketPtr packet = EncodedPacket::with_attachments("452-[]", attachments);
  EXPECT_EQ(packet->text_packet(), "452-[]");
  EXPECT_EQ(packet->websocket_frames(),
            "\x81\x06"
            "452-[]\x82\x02"
            "ab" +
                std::string("\x82\x7e\x00\x82", 4) + Bytes(130, 'c'));
  EXPECT_EQ(packet->attachments().size(), 2u);
}

TEST(EncodedPacket, binary_has_no_text) {
  const PacketPtr packet = EncodedPacket::binary("xyz");
  EXPECT_EQ(packet->websocket_frames(), "\x82\x03xyz");
  EXPECT_EQ(packet->text_packet(), "");
  std::string payload;
  append_to_payload(payload, *packet);
  EXPECT_EQ(payload, "beHl6");
}

TEST(EncodedPacket, goes_into_payloads_and_base64_frames) {
  const std::vector<Bytes> attachments = {"xyz"};
  const PacketPtr packet = EncodedPacket::with_attachments("451-[]", attachments);
  std::string payload;
  append_to_payload(payload, *EncodedPacket::text("2"));
  append_to_payload(payload, *packet);
  EXPECT_EQ(payload,
            "2\x1e"
            "451-[]\x1e"
            "beHl6");
  std::string frames;
  append_base64_frames(frames, *packet);
  EXPECT_EQ(frames,
            "\x81\x06"
            "451-[]\x81\x05"
            "beHl6");
}

}  // namespace
}  // namespace parley::protocol::engineio
