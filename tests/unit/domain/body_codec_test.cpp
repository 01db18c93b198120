// The body: fields, limits, damage, and the commitment in its core.
#include <gtest/gtest.h>

#include "base/hash.hpp"
#include "base/limits.hpp"
#include "damage.hpp"
#include "domain/entry.hpp"
#include "example_log.hpp"

namespace parley::domain {
namespace {

using test::expect_damaged;
using test::patched;

Body whole_body() {
  Body body;
  body.salt.fill(0x33);
  body.message_type = MessageType::system;
  body.text = "Hi";
  body.client_message_id = "m-1";
  body.attributes = {{"reason", "because"}, {"email", ""}};
  return body;
}

TEST(BodyCodec, every_field_comes_back) {
  EXPECT_EQ(decode_body(encode_body(whole_body())), whole_body());
}

TEST(BodyCodec, the_bytes_are_those_of_the_page) {
  EXPECT_EQ(to_hex(encode_body(whole_body())),
            "3333333333333333333333333333333333333333333333333333333333333333"
            "02"
            "0002"
            "4869"
            "03"
            "6d2d31"
            "02"
            "06"
            "726561736f6e"
            "0007"
            "62656361757365"
            "05"
            "656d61696c"
            "0000");
}

TEST(BodyCodec, the_smallest_body_has_37_bytes) {
  EXPECT_EQ(encode_body({}).size(), 37u);
  EXPECT_EQ(decode_body(encode_body({})), Body{});
}

TEST(BodyCodec, every_truncation_is_refused) {
  test::for_each_truncation(encode_body(whole_body()), [](const Bytes& bytes) { expect_damaged(decode_body(bytes), "body, offset"); });
}

TEST(BodyCodec, bytes_behind_the_end_are_refused) {
  expect_damaged(decode_body(encode_body(whole_body()) + 'x'), "expected the end");
}

TEST(BodyCodec, a_flip_is_refused_or_gives_another_body_that_encodes_to_those_bytes) {
  test::for_each_flip(encode_body(whole_body()), [](const Bytes& bytes, std::size_t offset) {
    const auto body = decode_body(bytes);
    if (!body) return;
    EXPECT_NE(*body, whole_body()) << offset;
    EXPECT_EQ(encode_body(*body), bytes) << offset;
  });
}

TEST(BodyCodec, both_message_types_are_taken_and_none_outside) {
  const Bytes bytes = encode_body(whole_body());
  for (int type = 0; type < 256; ++type) {
    const char byte = static_cast<char>(type);
    const auto body = decode_body(patched(bytes, 32, {&byte, 1}));
    EXPECT_EQ(body.has_value(), type == 1 || type == 2) << type;
    if (!body) expect_damaged(body, "body, offset 32: expected message type 1 or 2");
  }
}

TEST(BodyCodec, texts_of_a_thousand_units_of_every_width_come_back) {
  for (const auto* unit : {"a", "ü", "世"}) {
    Body body = whole_body();
    body.text.clear();
    for (int count = 0; count < 1'000; ++count) body.text += unit;
    EXPECT_EQ(decode_body(encode_body(body)), body);
  }
}

TEST(BodyCodec, text_may_hold_any_byte) {
  Body body = whole_body();
  for (int byte = 0; byte < 256; ++byte) body.text.push_back(static_cast<char>(byte));
  EXPECT_EQ(decode_body(encode_body(body)), body);
}

TEST(BodyCodec, a_client_message_id_has_at_most_64_bytes) {
  Body body = whole_body();
  body.client_message_id = std::string(limits::client_message_id_bytes_max, 'c');
  Bytes bytes = encode_body(body);
  EXPECT_EQ(decode_body(bytes), body);

  const std::size_t length_offset = 32 + 1 + 2 + 2;
  bytes.replace(length_offset, 65, "A" + std::string(65, 'c'));  // 'A' is the length byte 65
  expect_damaged(decode_body(bytes), "offset 38: expected a client message id of at most 64 bytes");
  body.client_message_id.push_back('c');
  EXPECT_DEATH(static_cast<void>(encode_body(body)), "assertion failed");
}

TEST(BodyCodec, an_attribute_name_has_1_to_32_bytes) {
  Body body;
  for (const std::size_t size : {1, 32}) {
    body.attributes = {{std::string(size, 'n'), "value"}};
    EXPECT_EQ(decode_body(encode_body(body)), body) << size;
  }
  const Bytes head = encode_body({}).substr(0, 36);
  expect_damaged(decode_body(head + Bytes("\1"
                                          "\0"
                                          "\0\0",
                                          4)),
                 "an attribute name of 1 to 32 bytes");
  expect_damaged(decode_body(head + Bytes("\1\x21") + Bytes(33, 'n') + Bytes("\0\0", 2)), "an attribute name of 1 to 32 bytes");
  for (const std::size_t size : {0, 33}) {
    body.attributes = {{std::string(size, 'n'), "value"}};
    EXPECT_DEATH(static_cast<void>(encode_body(body)), "assertion failed");
  }
}

TEST(BodyCodec, as_many_attributes_as_one_byte_counts_come_back_and_one_more_is_not_written) {
  Body body;
  body.attributes.assign(255, {"n", "v"});
  EXPECT_EQ(decode_body(encode_body(body)), body);
  body.attributes.push_back({"n", "v"});
  EXPECT_DEATH(static_cast<void>(encode_body(body)), "assertion failed");
}

TEST(BodyCodec, more_bytes_than_an_entry_may_have_are_refused_unread) {
  expect_damaged(decode_body(Bytes(limits::entry_bytes_max + 1, '\1')), "an entry of at most 64 KiB");
}

TEST(Body, an_attribute_is_found_by_its_name) {
  const Body body = whole_body();
  ASSERT_NE(body.attribute("reason"), nullptr);
  EXPECT_EQ(*body.attribute("reason"), "because");
  EXPECT_EQ(*body.attribute("email"), "");
  EXPECT_EQ(body.attribute("Reason"), nullptr);
  EXPECT_EQ(body.attribute(""), nullptr);
}

TEST(Commitment, is_the_hmac_of_everything_behind_the_salt) {
  const Bytes bytes = encode_body(whole_body());
  EXPECT_EQ(commitment_of(bytes), hmac_sha256(bytes.substr(0, 32), {bytes.substr(32)}));
}

TEST(Commitment, changes_with_the_salt_and_with_every_byte_behind_it) {
  const Digest32 commitment = commitment_of(encode_body(whole_body()));
  test::for_each_flip(encode_body(whole_body()),
                      [&commitment](const Bytes& bytes, std::size_t offset) { EXPECT_NE(commitment_of(bytes), commitment) << offset; });
}

TEST(Commitment, the_same_text_under_two_salts_gives_two_commitments) {
  example::LogBuilder log;
  const Digest32 first = log.add("first", example::text_draft(example::doctor, "yes")).entry.core.commitment;
  const Digest32 second = log.add("second", example::text_draft(example::doctor, "yes")).entry.core.commitment;
  EXPECT_NE(first, second);
}

TEST(MessageTypes, have_the_names_of_the_contract) {
  EXPECT_EQ(name_of(MessageType::text), "text");
  EXPECT_EQ(name_of(MessageType::system), "system");
  EXPECT_EQ(parse_message_type("text"), MessageType::text);
  EXPECT_EQ(parse_message_type("system"), MessageType::system);
  for (const auto* name : {"", "Text", "texts", "image", "text "}) EXPECT_FALSE(parse_message_type(name)) << name;
  EXPECT_DEATH(static_cast<void>(name_of(static_cast<MessageType>(3))), "assertion failed");
}

}  // namespace
}  // namespace parley::domain
