// Socket.IO packets: the examples of the protocol, the rules of the JavaScript parser, and many kinds of malicious bytes.
#include <gtest/gtest.h>

#include "protocol/socketio/packet.hpp"

namespace parley::protocol::socketio {
namespace {

class PacketDecoderTest : public testing::Test {
 protected:
  [[nodiscard]] Packet good(std::string_view text) {
    const auto packet = decoder_.decode(text);
    EXPECT_TRUE(packet) << text.substr(0, 80) << ": " << (packet ? "" : packet.error().what);
    return packet.value_or(Packet{});
  }
  [[nodiscard]] bool refuses(std::string_view text) { return !decoder_.decode(text); }
  [[nodiscard]] std::size_t offset_of_error(std::string_view text) {
    const auto packet = decoder_.decode(text);
    return packet ? std::string_view::npos : packet.error().offset;
  }

  PacketDecoder decoder_;
};

TEST_F(PacketDecoderTest, reads_the_examples_of_the_protocol) {
  EXPECT_EQ(good("0").type, PacketType::connect);
  EXPECT_EQ(good(R"(0{"token":"123"})").json, R"({"token":"123"})");
  EXPECT_EQ(good("0/admin,").nsp, "/admin");
  EXPECT_EQ(good(R"(0/admin,{"sid":"oSO0OpakMV_3jnilAAAA"})").json, R"({"sid":"oSO0OpakMV_3jnilAAAA"})");
  EXPECT_EQ(good(R"(4{"message":"Not authorized"})").type, PacketType::connect_error);
  EXPECT_EQ(good("1/admin,").type, PacketType::disconnect);
  EXPECT_EQ(good(R"(2["foo"])").name, "foo");
  const Packet event = good(R"(2/admin,456["project:delete",123])");
  EXPECT_EQ(event.type, PacketType::event);
  EXPECT_EQ(event.nsp, "/admin");
  EXPECT_EQ(event.id, 456u);
  EXPECT_EQ(event.name, "project:delete");
  EXPECT_EQ(event.json, R"(["project:delete",123])");
  const Packet ack = good("3/admin,456[]");
  EXPECT_EQ(ack.type, PacketType::ack);
  EXPECT_EQ(ack.id, 456u);
  EXPECT_EQ(ack.json, "[]");
}

TEST_F(PacketDecoderTest, reads_binary_packets) {
  const Packet event = good(R"(51-["hello",{"_placeholder":true,"num":0}])");
  EXPECT_EQ(event.type, PacketType::binary_event);
  EXPECT_EQ(event.attachment_count, 1u);
  EXPECT_EQ(event.name, "hello");
  const Packet ack = good(R"(62-/admin,456[{"deep":[{"_placeholder":true,"num":1}]},{"_placeholder":true,"num":0}])");
  EXPECT_EQ(ack.type, PacketType::binary_ack);
  EXPECT_EQ(ack.attachment_count, 2u);
  EXPECT_EQ(ack.id, 456u);
  EXPECT_EQ(good(R"(50-["none"])").attachment_count, 0u);
}

TEST_F(PacketDecoderTest, strips_the_query_of_a_namespace) {
  EXPECT_EQ(good("0/admin?token=1234&uid=abcd,{}").nsp, "/admin");
  EXPECT_EQ(good("0/admin?x").nsp, "/admin");
  EXPECT_EQ(good("0/").nsp, "/");
  EXPECT_EQ(good("0/,{}").nsp, "/");
}

TEST_F(PacketDecoderTest, refuses_unknown_types) {
  for (int byte = 0; byte < 256; ++byte) {
    if (byte < '0' || byte > '6') {
      EXPECT_EQ(offset_of_error(std::string(1, static_cast<char>(byte)) + R"(["a"])"), 0u) << byte;
    }
  }
  EXPECT_EQ(offset_of_error(""), 0u);
}

TEST_F(PacketDecoderTest, a_connect_has_an_object_or_nothing) {
  EXPECT_TRUE(good("0").json.empty());
  for (const std::string payload : {"[]", "\"a\"", "1", "null", "true", "{", "abc"}) {
    EXPECT_EQ(offset_of_error("0" + payload), 1u) << payload;
  }
  EXPECT_TRUE(refuses("01{}"));  // an id is not allowed either
}

TEST_F(PacketDecoderTest, a_disconnect_has_nothing) {
  EXPECT_EQ(good("1").type, PacketType::disconnect);
  for (const std::string payload : {"{}", "[]", "\"a\"", "1"}) {
    EXPECT_TRUE(refuses("1" + payload)) << payload;
  }
}

TEST_F(PacketDecoderTest, a_connect_error_has_a_string_or_an_object) {
  EXPECT_EQ(good(R"(4"no")").json, R"("no")");
  for (const std::string payload : {"", "[]", "null", "true"}) {
    EXPECT_TRUE(refuses("4" + payload)) << payload;
  }
}

TEST_F(PacketDecoderTest, an_event_is_an_array_that_begins_with_its_name) {
  for (const std::string payload : {"", "{}", "[]", "\"a\"", "null", "[null]", "[true]", "[{}]", "[[\"a\"]]", "[\"a\"", "[\"a\"]]",
                                    "[\"a\"] x", "[\"a\",]", "[,\"a\"]", "['a']"}) {
    EXPECT_TRUE(refuses("2" + payload)) << payload;
  }
  EXPECT_EQ(good(R"(2[""])").name, "");
  EXPECT_EQ(good(R"(2 [ "spaced" , 1 ] )").name, "spaced");
}

TEST_F(PacketDecoderTest, a_number_may_be_an_events_name) {
  EXPECT_EQ(good("2[5]").name, "5");
  EXPECT_EQ(good("2[-7,1]").name, "-7");
  EXPECT_EQ(good("2[1.5]").name, "1.5");
  EXPECT_EQ(good("2[18446744073709551615]").name, "18446744073709551615");
}

TEST_F(PacketDecoderTest, reserved_names_are_refused) {
  for (const std::string name : {"connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"}) {
    EXPECT_TRUE(refuses("2[\"" + name + "\"]")) << name;
    EXPECT_TRUE(refuses("50-[\"" + name + "\"]")) << name;
    EXPECT_EQ(good("2[\"" + name + "x\"]").name, name + "x");
  }
  EXPECT_TRUE(refuses(R"(2["\u0063onnect"])"));
}

TEST_F(PacketDecoderTest, names_are_decoded_and_bounded) {
  EXPECT_EQ(good(R"(2["a\"\u00e9\n"])").name, "a\"é\n");
  const std::string longest(limits::event_name_bytes_max, 'n');
  EXPECT_EQ(good("2[\"" + longest + "\"]").name, longest);
  EXPECT_TRUE(refuses("2[\"" + longest + "n\"]"));
}

TEST_F(PacketDecoderTest, an_ack_is_an_array_with_an_id) {
  EXPECT_EQ(good("30[]").id, 0u);
  for (const std::string text : {"3", "3[]", "31", "31{}", "31\"a\"", "31null", "60-[]", "60-1{}"}) {
    EXPECT_TRUE(refuses(text)) << text;
  }
}

TEST_F(PacketDecoderTest, ids_hold_64_bits_and_no_more) {
  EXPECT_EQ(good("20[\"a\"]").id, 0u);
  EXPECT_EQ(good("218446744073709551615[\"a\"]").id, UINT64_MAX);
  EXPECT_EQ(good("200000000000000000000000000007[\"a\"]").id, 7u);
  EXPECT_TRUE(refuses("218446744073709551616[\"a\"]"));
  EXPECT_TRUE(refuses("2" + std::string(400, '9') + "[\"a\"]"));
  EXPECT_TRUE(refuses("2-1[\"a\"]"));
  EXPECT_TRUE(refuses("21.5[\"a\"]"));
  EXPECT_TRUE(refuses("2abc[\"a\"]"));
}

TEST_F(PacketDecoderTest, attachment_counts_are_digits_up_to_the_limit) {
  const auto event_with = [](std::size_t count) {
    std::string text = "5" + std::to_string(count) + "-[\"a\"";
    for (std::size_t index = 0; index < count; ++index) {
      text += R"(,{"_placeholder":true,"num":)" + std::to_string(index) + "}";
    }
    return text + "]";
  };
  EXPECT_EQ(good(event_with(limits::attachments_max)).attachment_count, limits::attachments_max);
  EXPECT_TRUE(refuses(event_with(limits::attachments_max + 1)));
  for (const std::string text : {"5", "5[\"a\"]", "5-[\"a\"]", "5a-[\"a\"]", "5-1-[\"a\"]", "51[\"a\"]", "51", "5 1-[\"a\"]",
                                 "51.0-[\"a\"]", "599999999999999999999-[\"a\"]"}) {
    EXPECT_EQ(offset_of_error(text), 1u) << text;
  }
}

TEST_F(PacketDecoderTest, every_attachment_has_exactly_one_placeholder) {
  EXPECT_TRUE(refuses(R"(51-["a"])"));
  EXPECT_TRUE(refuses(R"(51-["a",{"_placeholder":true,"num":1}])"));
  EXPECT_TRUE(refuses(R"(51-["a",{"_placeholder":true,"num":-1}])"));
  EXPECT_TRUE(refuses(R"(51-["a",{"_placeholder":true,"num":"0"}])"));
  EXPECT_TRUE(refuses(R"(51-["a",{"_placeholder":true,"num":0.5}])"));
  EXPECT_TRUE(refuses(R"(51-["a",{"_placeholder":true}])"));
  EXPECT_TRUE(refuses(R"(51-["a",{"_placeholder":true,"num":0},{"_placeholder":true,"num":0}])"));
  EXPECT_TRUE(refuses(R"(52-["a",{"_placeholder":true,"num":0},{"_placeholder":true,"num":0}])"));
  EXPECT_TRUE(refuses(R"(50-["a",{"_placeholder":true,"num":0}])"));
  EXPECT_EQ(good(R"(51-["a",{"_placeholder":false,"num":7},{"_placeholder":true,"num":0}])").attachment_count, 1u);
  EXPECT_EQ(good(R"(2["a",{"_placeholder":true,"num":0}])").attachment_count, 0u);
}

TEST_F(PacketDecoderTest, lone_surrogates_are_replaced) {
  EXPECT_EQ(good(R"(2["a","\ud800 \ud83d\ude00"])").json, R"(["a","\ufffd \ud83d\ude00"])");
}

TEST_F(PacketDecoderTest, numbers_that_only_javascript_holds_are_let_through) {
  for (const std::string number : {"123456789012345678901234567890", "-123456789012345678901234567890", "1e400", "-1E+999", "0.1e-400"}) {
    const std::string json = "[\"a\",\"12 \\\" 34\"," + number + ",{\"k\":" + number + "}]";
    EXPECT_EQ(good("2" + json).json, json) << number;
  }
  for (const std::string number :
       {"123456789012345678901234567890.", "1e400e1", "012345678901234567890123", "--1", "1e", "+1", ".5", "1 2", "NaN"}) {
    EXPECT_TRUE(refuses("2[\"a\"," + number + "]")) << number;
    EXPECT_TRUE(refuses("2[\"a\",1e400," + number + "]")) << number;
  }
}

TEST_F(PacketDecoderTest, deep_json_is_an_error_not_a_crash) {
  const auto nested = [](std::size_t depth) { return "2[\"a\"," + std::string(depth, '[') + std::string(depth, ']') + "]"; };
  EXPECT_EQ(good(nested(900)).name, "a");
  EXPECT_TRUE(refuses(nested(1'100)));
  EXPECT_TRUE(refuses(nested(400'000)));
  EXPECT_TRUE(refuses("2[\"a\"," + std::string(400'000, '[')));
  std::string objects = "51-[\"a\",";
  for (int depth = 0; depth < 900; ++depth) {
    objects += "{\"k\":";
  }
  EXPECT_EQ(good(objects + R"({"_placeholder":true,"num":0})" + std::string(900, '}') + "]").attachment_count, 1u);
}

TEST_F(PacketDecoderTest, text_that_is_not_utf8_is_refused) {
  EXPECT_TRUE(refuses("2[\"a\",\"\xff\"]"));
  EXPECT_TRUE(refuses("2/\xff,[\"a\"]"));
  EXPECT_TRUE(refuses("2[\"\xed\xa0\x80\"]"));
  EXPECT_TRUE(refuses(std::string("2[\"a\0\"]", 8)));
}

TEST_F(PacketDecoderTest, every_prefix_of_a_packet_is_judged_and_none_crashes) {
  for (const std::string_view text : {R"(0/admin,{"token":"1"})", R"(2/admin,456["project:delete",{"a":[1,2.5e3,"\ud83d\ude00"]}])",
                                      R"(52-/x,7["e",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}])", R"(3/admin,456[1])"}) {
    for (std::size_t size = 0; size < text.size(); ++size) {
      const std::vector<char> own(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(size));  // lets a sanitizer watch its end
      const auto packet = decoder_.decode({own.data(), own.size()});
      if (packet) {
        EXPECT_EQ(packet->type, PacketType::connect) << text.substr(0, size);  // only CONNECT may end before its payload
      } else {
        EXPECT_LE(packet.error().offset, size);
      }
    }
    EXPECT_TRUE(decoder_.decode(text));
  }
}

TEST_F(PacketDecoderTest, every_single_byte_change_is_survived) {
  const std::string text = R"(52-/x,7["e",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}])";
  for (std::size_t position = 0; position < text.size(); ++position) {
    for (int byte = 0; byte < 256; ++byte) {
      std::string changed = text;
      changed[position] = static_cast<char>(byte);
      const auto packet = decoder_.decode(changed);
      if (packet && packet->type == PacketType::binary_event) {
        EXPECT_LE(packet->attachment_count, limits::attachments_max);
      }
    }
  }
}

TEST_F(PacketDecoderTest, a_decoder_is_as_good_after_an_error_as_before) {
  EXPECT_TRUE(refuses("2[\"a\"," + std::string(5'000, '[')));
  EXPECT_EQ(good(R"(2["a","b"])").json, R"(["a","b"])");
  EXPECT_TRUE(refuses("5"));
  EXPECT_EQ(good("0").type, PacketType::connect);
  PacketDecoder moved = std::move(decoder_);
  EXPECT_TRUE(moved.decode(R"(2["a"])"));
}

}  // namespace
}  // namespace parley::protocol::socketio
