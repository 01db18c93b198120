// Binary packets and their attachments, joined into one packet.
#include <gtest/gtest.h>

#include "protocol/socketio/packet.hpp"

namespace parley::protocol::socketio {
namespace {

constexpr std::string_view two = R"(52-/x,7["e",{"_placeholder":true,"num":1},{"_placeholder":true,"num":0}])";

class PacketAssemblerTest : public testing::Test {
 protected:
  PacketDecoder decoder_;
  PacketAssembler assembler_;
};

TEST_F(PacketAssemblerTest, passes_packets_without_attachments_through) {
  const auto packet = assembler_.on_text(decoder_, R"(2["a",1])");
  ASSERT_TRUE(packet);
  ASSERT_TRUE(*packet);
  EXPECT_EQ((*packet)->packet.name, "a");
  EXPECT_TRUE((*packet)->attachments.empty());
  EXPECT_FALSE(assembler_.waiting());
}

TEST_F(PacketAssemblerTest, yields_a_binary_packet_with_its_last_attachment) {
  EXPECT_EQ(assembler_.on_text(decoder_, two)->has_value(), false);
  EXPECT_TRUE(assembler_.waiting());
  EXPECT_TRUE(decoder_.decode(R"(2["another","connection"])"));  // the shared decoder overwrites its buffers
  EXPECT_EQ(assembler_.on_binary("first")->has_value(), false);
  const auto packet = assembler_.on_binary(BytesView("\0\xff", 2));
  ASSERT_TRUE(packet);
  ASSERT_TRUE(*packet);
  EXPECT_FALSE(assembler_.waiting());
  EXPECT_EQ((*packet)->packet.type, PacketType::binary_event);
  EXPECT_EQ((*packet)->packet.nsp, "/x");
  EXPECT_EQ((*packet)->packet.id, 7u);
  EXPECT_EQ((*packet)->packet.name, "e");
  EXPECT_EQ((*packet)->packet.json, two.substr(7));
  ASSERT_EQ((*packet)->attachments.size(), 2u);
  EXPECT_EQ((*packet)->attachments[0], "first");
  EXPECT_EQ((*packet)->attachments[1], BytesView("\0\xff", 2));
}

TEST_F(PacketAssemblerTest, is_ready_for_the_next_packet) {
  for (int round = 0; round < 3; ++round) {
    ASSERT_TRUE(assembler_.on_text(decoder_, two));
    ASSERT_TRUE(assembler_.on_binary("a"));
    ASSERT_TRUE(assembler_.on_binary("b")->has_value());
    ASSERT_TRUE(assembler_.on_text(decoder_, "1/x,")->has_value());
  }
}

TEST_F(PacketAssemblerTest, refuses_text_while_attachments_are_due) {
  ASSERT_TRUE(assembler_.on_text(decoder_, two));
  EXPECT_FALSE(assembler_.on_text(decoder_, R"(2["a"])"));
  ASSERT_TRUE(assembler_.on_binary("a"));
  EXPECT_FALSE(assembler_.on_text(decoder_, R"(2["a"])"));
}

TEST_F(PacketAssemblerTest, refuses_an_attachment_that_nobody_announced) {
  EXPECT_FALSE(assembler_.on_binary("a"));
  ASSERT_TRUE(assembler_.on_text(decoder_, R"(2["a"])"));
  EXPECT_FALSE(assembler_.on_binary("a"));
  ASSERT_TRUE(assembler_.on_text(decoder_, R"(50-["a"])")->has_value());
  EXPECT_FALSE(assembler_.on_binary("a"));
}

TEST_F(PacketAssemblerTest, passes_the_decoders_errors_on) {
  EXPECT_FALSE(assembler_.on_text(decoder_, "abc"));
}

TEST_F(PacketAssemblerTest, takes_a_packet_at_the_limit_and_refuses_one_byte_more) {
  const std::size_t json_size = two.size() - 7;
  for (const std::size_t excess : {0, 1}) {
    PacketAssembler assembler(json_size + 100);
    ASSERT_TRUE(assembler.on_text(decoder_, two));
    ASSERT_TRUE(assembler.on_binary(std::string(60, 'a')));
    EXPECT_EQ(assembler.on_binary(std::string(40 + excess, 'b')).has_value(), excess == 0);
  }
  PacketAssembler tiny(1);  // smaller than the text itself
  ASSERT_TRUE(tiny.on_text(decoder_, two));
  EXPECT_FALSE(tiny.on_binary("a"));
}

}  // namespace
}  // namespace parley::protocol::socketio
