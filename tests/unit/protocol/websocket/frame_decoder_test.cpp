// The decoder against RFC 6455, in the order of Autobahn's cases: sizes and pings (1, 2), reserved bits and opcodes (3, 4),
// fragments (5), text (6), closing (7), limits (9).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/protocol/websocket/frame_script.hpp"

namespace parley::protocol::websocket::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(FrameDecoder, reads_the_masked_example_of_the_rfc) {
  EXPECT_THAT(decode(std::string("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58", 11)), ElementsAre(text("Hello")));
}

TEST(FrameDecoder, reads_messages_of_every_length_form) {
  for (const std::size_t size : {0, 1, 7, 8, 9, 125, 126, 127, 128, 65'535, 65'536, 65'537, 1'000'000}) {
    const std::string payload(size, '*');
    EXPECT_THAT(decode(frame(Opcode::text, payload)), ElementsAre(text(payload))) << size;
    EXPECT_THAT(decode(frame(Opcode::binary, payload)), ElementsAre(binary(payload))) << size;
  }
}

TEST(FrameDecoder, hands_out_a_whole_message_where_it_lies) {
  std::string bytes = frame(Opcode::text, "in place") + frame(Opcode::binary, "next");
  FrameDecoder decoder;
  decoder.feed(bytes);
  EXPECT_EQ(decoder.next().payload.data(), bytes.data() + 6);
  EXPECT_EQ(decoder.next().payload.data(), bytes.data() + 6 + 8 + 6);
  EXPECT_TRUE(decoder.idle());
}

TEST(FrameDecoder, is_idle_only_between_messages) {
  std::string first = fragment(Opcode::text, "a");
  std::string second = frame(Opcode::continuation, "b").substr(0, 3);
  FrameDecoder decoder;
  EXPECT_TRUE(decoder.idle());
  decoder.feed(first);
  EXPECT_EQ(decoder.next().kind, Decoded::Kind::need_more);
  EXPECT_FALSE(decoder.idle());
  decoder.feed(second);
  EXPECT_EQ(decoder.next().kind, Decoded::Kind::need_more);
  EXPECT_FALSE(decoder.idle());
}

TEST(FrameDecoder, reads_pings_and_pongs_up_to_125_bytes) {
  const std::string longest(125, 'p');
  EXPECT_THAT(decode(frame(Opcode::ping, "") + frame(Opcode::ping, longest)), ElementsAre(ping(""), ping(longest)));
  EXPECT_THAT(decode(frame(Opcode::pong, "unasked")), ElementsAre(pong("unasked")));
  EXPECT_THAT(decode(frame(Opcode::ping, std::string("\x00\xff\xfe\xfd\xfc\xfb\x00\xff", 8))),
              ElementsAre(ping(std::string("\x00\xff\xfe\xfd\xfc\xfb\x00\xff", 8))));
}

TEST(FrameDecoder, refuses_control_frames_above_125_bytes) {
  for (const Opcode opcode : {Opcode::ping, Opcode::pong, Opcode::close}) {
    EXPECT_EQ(error_code_of(frame(opcode, std::string(126, 'p'))), close_code::protocol_error);
  }
}

TEST(FrameDecoder, refuses_fragmented_control_frames) {
  for (const Opcode opcode : {Opcode::ping, Opcode::pong, Opcode::close}) {
    EXPECT_EQ(error_code_of(fragment(opcode, "")), close_code::protocol_error);
  }
}

TEST(FrameDecoder, refuses_every_combination_of_reserved_bits) {
  for (const int bits : {1, 2, 3, 4, 5, 6, 7}) {
    for (const int opcode : {0, 1, 2, 8, 9, 10}) {
      EXPECT_EQ(error_code_of(raw_frame(static_cast<std::uint8_t>(0x80 | bits << 4 | opcode), "")), close_code::protocol_error);
    }
  }
}

TEST(FrameDecoder, delivers_what_came_before_a_broken_frame) {
  const std::vector<Said> said = decode(frame(Opcode::text, "fine") + raw_frame(0xC1, "not"));
  ASSERT_EQ(said.size(), 2u);
  EXPECT_EQ(said[0], text("fine"));
  EXPECT_EQ(said[1].code, close_code::protocol_error);
}

TEST(FrameDecoder, refuses_reserved_opcodes) {
  for (const int opcode : {3, 4, 5, 6, 7, 11, 12, 13, 14, 15}) {
    EXPECT_EQ(error_code_of(raw_frame(static_cast<std::uint8_t>(0x80 | opcode), "")), close_code::protocol_error) << opcode;
    EXPECT_EQ(error_code_of(raw_frame(static_cast<std::uint8_t>(0x80 | opcode), "payload")), close_code::protocol_error) << opcode;
  }
}

TEST(FrameDecoder, a_server_refuses_unmasked_frames_and_a_client_masked_ones) {
  std::string unmasked;
  append_frame(unmasked, Opcode::text, "Hello");
  EXPECT_EQ(error_code_of(unmasked), close_code::protocol_error);
  EXPECT_THAT(decode(unmasked, SIZE_MAX, {.role = Role::client}), ElementsAre(text("Hello")));
  EXPECT_EQ(error_code_of(frame(Opcode::text, "Hello"), SIZE_MAX, {.role = Role::client}), close_code::protocol_error);
}

TEST(FrameDecoder, refuses_lengths_that_are_not_in_their_shortest_form) {
  const std::string masked_zeroes(4, '\0');
  EXPECT_EQ(error_code_of("\x82\xfe" + std::string("\x00\x7d", 2) + masked_zeroes), close_code::protocol_error);
  EXPECT_EQ(error_code_of("\x82\xff" + std::string("\x00\x00\x00\x00\x00\x00\xff\xff", 8) + masked_zeroes), close_code::protocol_error);
}

TEST(FrameDecoder, refuses_a_length_with_its_highest_bit_set) {
  EXPECT_EQ(error_code_of("\x82\xff" + std::string("\x80\x00\x00\x00\x00\x00\x00\x00", 8) + "mask"), close_code::protocol_error);
}

TEST(FrameDecoder, joins_fragments) {
  EXPECT_THAT(decode(fragment(Opcode::text, "frag") + fragment(Opcode::continuation, "") + frame(Opcode::continuation, "ments")),
              ElementsAre(text("fragments")));
  EXPECT_THAT(decode(fragment(Opcode::binary, "") + fragment(Opcode::continuation, "") + frame(Opcode::continuation, "")),
              ElementsAre(binary("")));
}

TEST(FrameDecoder, lets_control_frames_between_fragments) {
  EXPECT_THAT(decode(fragment(Opcode::text, "frag") + frame(Opcode::ping, "now") + frame(Opcode::continuation, "ment") +
                     frame(Opcode::text, "next")),
              ElementsAre(ping("now"), text("fragment"), text("next")));
}

TEST(FrameDecoder, refuses_a_continuation_of_nothing) {
  EXPECT_EQ(error_code_of(frame(Opcode::continuation, "x")), close_code::protocol_error);
  EXPECT_EQ(error_code_of(fragment(Opcode::continuation, "x")), close_code::protocol_error);
  EXPECT_EQ(error_code_of(fragment(Opcode::text, "a") + frame(Opcode::continuation, "b") + frame(Opcode::continuation, "c")),
            close_code::protocol_error);
}

TEST(FrameDecoder, refuses_a_new_message_inside_a_fragmented_one) {
  EXPECT_EQ(error_code_of(fragment(Opcode::text, "a") + frame(Opcode::text, "b")), close_code::protocol_error);
  EXPECT_EQ(error_code_of(fragment(Opcode::text, "a") + fragment(Opcode::binary, "b")), close_code::protocol_error);
}

TEST(FrameDecoder, takes_text_whose_code_points_are_cut_by_fragments) {
  const std::string text_bytes = "κόσμε \xF0\x9F\x98\x80";
  for (std::size_t cut = 0; cut <= text_bytes.size(); ++cut) {
    EXPECT_THAT(decode(fragment(Opcode::text, text_bytes.substr(0, cut)) + frame(Opcode::continuation, text_bytes.substr(cut))),
                ElementsAre(text(text_bytes)));
  }
}

TEST(FrameDecoder, refuses_text_that_is_not_utf8) {
  const std::string bad = "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xed\xa0\x80\x65\x64\x69\x74\x65\x64";  // Autobahn 6.3
  EXPECT_EQ(error_code_of(frame(Opcode::text, bad)), close_code::invalid_payload);
  for (std::size_t cut = 0; cut <= bad.size(); ++cut) {
    EXPECT_EQ(error_code_of(fragment(Opcode::text, bad.substr(0, cut)) + frame(Opcode::continuation, bad.substr(cut))),
              close_code::invalid_payload);
  }
  EXPECT_THAT(decode(frame(Opcode::binary, bad)), ElementsAre(binary(bad)));
}

TEST(FrameDecoder, refuses_text_that_ends_inside_a_code_point) {
  EXPECT_EQ(error_code_of(frame(Opcode::text, "\xF0\x9F\x98")), close_code::invalid_payload);
  EXPECT_EQ(error_code_of(fragment(Opcode::text, "ok") + frame(Opcode::continuation, "\xC3")), close_code::invalid_payload);
}

TEST(FrameDecoder, fails_at_the_first_wrong_byte_of_a_text_whose_rest_never_comes) {
  // Autobahn 6.4: U+110000 is impossible at its second byte, long before the fragment or the message ends.
  const std::string begin = fragment(Opcode::text, "κόσμε");
  EXPECT_EQ(error_code_of(begin + fragment(Opcode::continuation, "\xf4\x90")), close_code::invalid_payload);
  const std::string third = fragment(Opcode::continuation, std::string("\xf4\x90\x80\x80 and more", 13));
  EXPECT_EQ(error_code_of(begin + third.substr(0, 6 + 1)), 0);
  EXPECT_EQ(error_code_of(begin + third.substr(0, 6 + 2)), close_code::invalid_payload);
}

TEST(FrameDecoder, reads_close_frames) {
  EXPECT_THAT(decode(frame(Opcode::close, "")), ElementsAre(closed(close_code::no_status)));
  EXPECT_THAT(decode(frame(Opcode::close, "\x03\xe8")), ElementsAre(closed(1000)));
  EXPECT_THAT(decode(frame(Opcode::close, "\x03\xe8over")), ElementsAre(closed(1000, "over")));
  EXPECT_THAT(decode(frame(Opcode::close, "\x03\xe8" + std::string(123, 'r'))), ElementsAre(closed(1000, std::string(123, 'r'))));
}

TEST(FrameDecoder, refuses_broken_close_frames) {
  EXPECT_EQ(error_code_of(frame(Opcode::close, "\x03")), close_code::protocol_error);
  EXPECT_EQ(error_code_of(frame(Opcode::close, "\x03\xe8\xce\xba\xed\xa0\x80")), close_code::invalid_payload);
  EXPECT_EQ(error_code_of(frame(Opcode::close, "\x03\xe8\xce")), close_code::invalid_payload);
}

TEST(FrameDecoder, judges_every_close_code) {
  for (int code = 0; code <= 0xFFFF; ++code) {
    const bool named = (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014);  // RFC 6455 §7.4.1 and the IANA registry
    const bool allowed = named || (code >= 3000 && code <= 4999);                         // §7.4.2
    const std::string payload = {static_cast<char>(code >> 8), static_cast<char>(code)};
    EXPECT_EQ(error_code_of(frame(Opcode::close, payload)), allowed ? 0 : close_code::protocol_error) << code;
  }
}

TEST(FrameDecoder, says_nothing_more_after_a_close_or_an_error) {
  EXPECT_THAT(decode(frame(Opcode::close, "") + frame(Opcode::text, "late")), ElementsAre(closed(close_code::no_status)));
  const std::string broken = raw_frame(0xF1, "") + frame(Opcode::text, "late");
  EXPECT_EQ(decode(broken).size(), 1u);
  EXPECT_EQ(decode(broken, 1).size(), 1u);
}

TEST(FrameDecoder, takes_a_message_at_the_limit_and_refuses_one_byte_more) {
  const DecoderConfig config{.message_bytes_max = 1000};
  EXPECT_THAT(decode(frame(Opcode::text, std::string(1000, 'a')), SIZE_MAX, config), ElementsAre(text(std::string(1000, 'a'))));
  EXPECT_EQ(error_code_of(frame(Opcode::text, std::string(1001, 'a')), SIZE_MAX, config), close_code::message_too_big);
  const std::string start = fragment(Opcode::binary, std::string(600, 'a'));
  EXPECT_THAT(decode(start + frame(Opcode::continuation, std::string(400, 'a')), SIZE_MAX, config),
              ElementsAre(binary(std::string(1000, 'a'))));
  EXPECT_EQ(error_code_of(start + frame(Opcode::continuation, std::string(401, 'a')), SIZE_MAX, config), close_code::message_too_big);
}

TEST(FrameDecoder, refuses_a_big_message_by_its_header_alone) {
  const std::string header = frame(Opcode::binary, std::string(limits::frame_bytes_max + 1, 'a')).substr(0, 14);
  EXPECT_EQ(error_code_of(header), close_code::message_too_big);
  EXPECT_EQ(error_code_of("\x82\xff" + std::string("\x7f\xff\xff\xff\xff\xff\xff\xff", 8) + "mask"), close_code::message_too_big);
}

TEST(FrameDecoder, the_limit_is_of_each_message_not_of_all) {
  const DecoderConfig config{.message_bytes_max = 10};
  const std::string one = fragment(Opcode::text, "12345") + frame(Opcode::continuation, "67890");
  EXPECT_THAT(decode(one + one, SIZE_MAX, config), ElementsAre(text("1234567890"), text("1234567890")));
}

TEST(FrameDecoder, says_nothing_about_an_empty_input) {
  EXPECT_THAT(decode(""), IsEmpty());
  FrameDecoder decoder;
  decoder.feed({});
  EXPECT_EQ(decoder.next().kind, Decoded::Kind::need_more);
}

}  // namespace
}  // namespace parley::protocol::websocket::test
