// Encoded frames: the examples of the RFC, the lengths, and a round trip through a decoder of the other role.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/protocol/websocket/frame_script.hpp"

namespace parley::protocol::websocket::test {
namespace {

using testing::ElementsAre;

std::string server_frame(Opcode opcode, std::string_view payload) {
  std::string out;
  append_frame(out, opcode, payload);
  return out;
}

TEST(FrameEncoder, writes_the_examples_of_the_rfc) {
  EXPECT_EQ(server_frame(Opcode::text, "Hello"), std::string("\x81\x05Hello"));
  EXPECT_EQ(server_frame(Opcode::ping, "Hello"), std::string("\x89\x05Hello"));
  std::string masked;
  append_masked_frame(masked, Opcode::pong, "Hello", mask);
  EXPECT_EQ(masked, std::string("\x8a\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58", 11));
  EXPECT_EQ(server_frame(Opcode::binary, std::string(256, 'b')).substr(0, 4), std::string("\x82\x7E\x01\x00", 4));
  EXPECT_EQ(server_frame(Opcode::binary, std::string(65'536, 'b')).substr(0, 10),
            std::string("\x82\x7F\x00\x00\x00\x00\x00\x01\x00\x00", 10));
}

TEST(FrameEncoder, writes_the_shortest_length_form) {
  for (const auto& [size, header] : {std::pair(0, 2), {125, 2}, {126, 4}, {65'535, 4}, {65'536, 10}}) {
    EXPECT_EQ(frame_header_size(static_cast<std::size_t>(size)), static_cast<std::size_t>(header));
    EXPECT_EQ(server_frame(Opcode::text, std::string(static_cast<std::size_t>(size), 'x')).size(), static_cast<std::size_t>(size + header));
  }
}

TEST(FrameEncoder, what_a_server_writes_a_client_reads) {
  const DecoderConfig client{.role = Role::client};
  for (const std::size_t size : {0, 125, 126, 65'535, 65'536}) {
    const std::string payload(size, 'z');
    for (const std::size_t piece : {SIZE_MAX, std::size_t{1}, std::size_t{4'096}}) {
      EXPECT_THAT(decode(server_frame(Opcode::text, payload) + server_frame(Opcode::ping, "p"), piece, client),
                  ElementsAre(text(payload), ping("p")));
    }
  }
}

TEST(FrameEncoder, close_frames_are_read_back) {
  std::string bytes;
  append_close_frame(bytes, 1001, "away");
  EXPECT_THAT(decode(bytes, SIZE_MAX, {.role = Role::client}), ElementsAre(closed(1001, "away")));
  bytes.clear();
  append_close_frame(bytes, close_code::no_status, "ignored");
  EXPECT_THAT(decode(bytes, SIZE_MAX, {.role = Role::client}), ElementsAre(closed(close_code::no_status)));
}

TEST(FrameEncoder, a_long_close_reason_is_cut_at_the_edge_of_a_code_point) {
  EXPECT_EQ(close_payload(1000, std::string(123, 'a')).size(), 125u);
  EXPECT_EQ(close_payload(1000, std::string(124, 'a')).size(), 125u);
  EXPECT_EQ(close_payload(1000, std::string(122, 'a') + "é").size(), 2u + 122u);
  EXPECT_EQ(close_payload(1000, std::string(121, 'a') + "é").size(), 2u + 123u);
  EXPECT_EQ(close_payload(1000, std::string(120, 'a') + "\xF0\x9F\x98\x80").size(), 2u + 120u);
}

TEST(Mask, is_undone_by_itself_from_any_offset) {
  for (std::size_t offset = 0; offset < 8; ++offset) {
    for (std::size_t size = 0; size < 40; ++size) {
      std::string bytes(size, '\0');
      for (std::size_t index = 0; index < size; ++index) {
        bytes[index] = static_cast<char>(index * 7);
      }
      std::string masked = bytes;
      apply_mask(masked, {'\x37', '\xfa', '\x21', '\x3d'}, offset);
      for (std::size_t index = 0; index < size; ++index) {
        ASSERT_EQ(static_cast<std::uint8_t>(masked[index]), static_cast<std::uint8_t>(bytes[index]) ^ mask[(offset + index) % 4]);
      }
      apply_mask(masked, {'\x37', '\xfa', '\x21', '\x3d'}, offset);
      ASSERT_EQ(masked, bytes);
    }
  }
}

}  // namespace
}  // namespace parley::protocol::websocket::test
