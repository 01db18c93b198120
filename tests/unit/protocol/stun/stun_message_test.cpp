// STUN messages: the test vectors of RFC 5769, round trips, and every kind of bytes that are not a message.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "base/limits.hpp"
#include "protocol/stun/message.hpp"

namespace parley::protocol::stun {
namespace {

Bytes hex(std::string text) {
  std::erase(text, ' ');
  return *from_hex(text);
}

const std::string transaction_hex = "b7e7a701bc34d686fa87dfae";
constexpr std::string_view short_term_password = "VOkJxbRl1RmTxUk/WvJxBt";

// RFC 5769 §2.1
const Bytes sample_request = hex("00010058 2112a442" + transaction_hex +
                                 "80220010 5354554e207465737420636c69656e74"
                                 "00240004 6e0001ff"
                                 "80290008 932ff9b151263b36"
                                 "00060009 6576746a3a68367659202020"
                                 "00080014 9aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a2"
                                 "80280004 e57a3bcf");
// §2.2
const Bytes sample_ipv4_response = hex("0101003c 2112a442" + transaction_hex +
                                       "8022000b 7465737420766563746f7220"
                                       "00200008 0001a147e112a643"
                                       "00080014 2b91f599fd9e90c38c7489f92af9ba53f06be7d7"
                                       "80280004 c07d4c96");
// §2.3
const Bytes sample_ipv6_response = hex("01010048 2112a442" + transaction_hex +
                                       "8022000b 7465737420766563746f7220"
                                       "00200014 0002a1470113a9faa5d3f179bc25f4b5bed2b9d9"
                                       "00080014 a382954e4be67bf11784c97c8292c275bfe3ed41"
                                       "80280004 c8fb0b4c");
// §2.4
const Bytes sample_long_term_request =
    hex("00010060 2112a442 78ad3433c6ad72c029da412e"
        "00060012 e3839ee38388e383aae38383e382afe382b90000"
        "0015001c 662f2f3439396b39353464364f4c33346f4c394653547679363473 41"
        "0014000b 6578616d706c652e6f726700"
        "00080014 f67024656dd64a3e02b8e0712e85c9a28ca89666");

TransactionId transaction() {
  TransactionId id;
  std::ranges::copy(hex(transaction_hex), id.begin());
  return id;
}

TEST(StunVectors, sample_request) {
  const auto message = decode_message(sample_request);
  ASSERT_TRUE(message.has_value()) << message.error().what;
  EXPECT_EQ(message->message_class, Class::request);
  EXPECT_EQ(message->method, Method::binding);
  EXPECT_EQ(message->transaction, transaction());
  EXPECT_EQ(message->find(AttributeType::software)->value, "STUN test client");
  EXPECT_EQ(message->find(AttributeType::username)->value, "evtj:h6vY");
  EXPECT_TRUE(has_integrity(*message, short_term_password));
  EXPECT_FALSE(has_integrity(*message, "another password"));
}

TEST(StunVectors, sample_responses) {
  const auto ipv4 = decode_message(sample_ipv4_response);
  ASSERT_TRUE(ipv4.has_value()) << ipv4.error().what;
  EXPECT_EQ(ipv4->message_class, Class::success);
  EXPECT_TRUE(has_integrity(*ipv4, short_term_password));
  const Address address{32853, hex("c0000201")};
  EXPECT_EQ(read_xor_address(ipv4->find(AttributeType::xor_mapped_address)->value, ipv4->transaction), address);

  const auto ipv6 = decode_message(sample_ipv6_response);
  ASSERT_TRUE(ipv6.has_value()) << ipv6.error().what;
  EXPECT_TRUE(has_integrity(*ipv6, short_term_password));
  const Address address6{32853, hex("20010db81234567800112233445566 77")};
  EXPECT_EQ(read_xor_address(ipv6->find(AttributeType::xor_mapped_address)->value, ipv6->transaction), address6);
}

TEST(StunVectors, long_term_credentials) {
  const auto message = decode_message(sample_long_term_request);
  ASSERT_TRUE(message.has_value()) << message.error().what;
  const auto username = message->find(AttributeType::username)->value;
  const auto realm = message->find(AttributeType::realm)->value;
  EXPECT_EQ(realm, "example.org");
  EXPECT_EQ(message->find(AttributeType::nonce)->value, "f//499k954d6OL34oL9FSTvy64sA");
  EXPECT_TRUE(has_integrity(*message, long_term_key(username, realm, "TheMatrIX")));
  EXPECT_FALSE(has_integrity(*message, long_term_key(username, realm, "TheMatriX")));
}

TEST(StunVectors, the_writer_writes_them_byte_for_byte) {
  // The vectors pad with spaces and the writer with zeros. So only texts without padding can be compared.
  MessageWriter writer(Class::request, Method::binding, decode_message(sample_long_term_request)->transaction);
  const auto message = decode_message(sample_long_term_request);
  for (const auto type : {AttributeType::username, AttributeType::nonce, AttributeType::realm})
    writer.add(type, message->find(type)->value);
  writer.add_integrity(long_term_key(message->find(AttributeType::username)->value, "example.org", "TheMatrIX"));
  EXPECT_EQ(to_hex(std::move(writer).take()), to_hex(sample_long_term_request));
}

TEST(StunMessages, what_is_written_is_read_again) {
  for (const auto message_class : {Class::request, Class::indication, Class::success, Class::error}) {
    for (const auto method : {Method::binding, Method::allocate, Method::refresh, static_cast<Method>(0xfff), static_cast<Method>(0x555)}) {
      MessageWriter writer(message_class, method, transaction());
      for (std::size_t size = 0; size < 9; ++size) writer.add(static_cast<AttributeType>(0x4000 + size), Bytes(size, 'x'));
      const Bytes bytes = std::move(writer.add_number(AttributeType::lifetime, 600).add_integrity("key").add_fingerprint()).take();
      const auto message = decode_message(bytes);
      ASSERT_TRUE(message.has_value()) << message.error().what;
      EXPECT_EQ(message->message_class, message_class);
      EXPECT_EQ(message->method, method);
      ASSERT_EQ(message->attributes.size(), 12u);
      for (std::size_t size = 0; size < 9; ++size) EXPECT_EQ(message->attributes[size].value, Bytes(size, 'x'));
      EXPECT_TRUE(has_integrity(*message, "key"));
    }
  }
  for (const Bytes& ip : {hex("7f000001"), hex("00000000000000000000000000000001")}) {
    const Address address{3478, ip};
    EXPECT_EQ(read_xor_address(xor_address(address, transaction()), transaction()), address);
  }
}

TEST(StunMessages, what_stands_behind_the_integrity_is_not_trusted) {
  MessageWriter writer(Class::success, Method::binding, transaction());
  writer.add(AttributeType::realm, "true").add_integrity("key").add(AttributeType::nonce, "smuggled").add_fingerprint();
  const Bytes bytes = std::move(writer).take();
  const auto message = decode_message(bytes);
  ASSERT_TRUE(message.has_value());
  EXPECT_EQ(message->find(AttributeType::nonce), nullptr);
  EXPECT_TRUE(has_integrity(*message, "key"));
}

TEST(StunMessages, every_flipped_bit_is_noticed) {
  // The fingerprint, the decoder or the integrity detects each flipped bit, including a bit of the fingerprint itself.
  for (std::size_t bit = 0; bit < sample_ipv4_response.size() * 8; ++bit) {
    Bytes damaged = sample_ipv4_response;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ 1 << bit % 8);
    const auto message = decode_message(damaged);
    EXPECT_FALSE(message.has_value() && has_integrity(*message, short_term_password) &&
                 message->find(AttributeType::fingerprint) != nullptr)
        << bit;
  }
}

TEST(StunMessages, a_message_cut_anywhere_is_none) {
  for (std::size_t size = 0; size < sample_request.size(); ++size) EXPECT_FALSE(decode_message(sample_request.substr(0, size))) << size;
  EXPECT_FALSE(decode_message(sample_request + Bytes(4, '\0')));
}

TEST(StunMessages, malformed_ones_are_refused_with_a_place) {
  const std::string head = "2112a442" + transaction_hex;
  const auto offset = [](const Bytes& bytes) {
    const auto message = decode_message(bytes);
    return message ? std::string("a message") : std::to_string(message.error().offset) + ": " + std::string(message.error().what);
  };
  EXPECT_EQ(offset(""), "0: shorter than a header");
  EXPECT_EQ(offset(hex("40010000" + head)), "0: the first two bits are not zero");
  EXPECT_EQ(offset(hex("00010000 2112a443" + transaction_hex)), "4: not the magic cookie");
  EXPECT_EQ(offset(hex("00010002" + head + "0000")), "2: not the length of what follows");
  EXPECT_EQ(offset(hex("00010004" + head)), "2: not the length of what follows");
  EXPECT_EQ(offset(hex("00010004" + head + "00200001")), "20: an attribute sticks out");
  EXPECT_EQ(offset(hex("00010008" + head + "0020ffff 00000000")), "20: an attribute sticks out");
  EXPECT_EQ(offset(hex("00010008" + head + "80280004 00000000")), "20: a wrong fingerprint");
  EXPECT_EQ(offset(hex("0001000c" + head + "80280004 00000000 00200000")), "20: a fingerprint that is not the last four bytes");
}

TEST(StunMessages, are_bounded) {
  const auto with_attributes = [](std::size_t count) {
    MessageWriter writer(Class::request, Method::binding, transaction());
    for (std::size_t index = 0; index < count; ++index) writer.add(AttributeType::software, "");
    return std::move(writer).take();
  };
  EXPECT_TRUE(decode_message(with_attributes(limits::stun_attributes_max)));
  EXPECT_EQ(decode_message(with_attributes(limits::stun_attributes_max + 1)).error().what, "too many attributes");
  const auto of_size = [](std::size_t size) {
    return std::move(MessageWriter(Class::request, Method::binding, transaction())
                         .add(AttributeType::software, Bytes(size - header_bytes - 4, 'x')))
        .take();
  };
  EXPECT_TRUE(decode_message(of_size(limits::stun_message_bytes_max)));
  EXPECT_EQ(decode_message(of_size(limits::stun_message_bytes_max) + Bytes(4, '\0')).error().what, "too long");
}

TEST(StunMessages, errors_and_addresses_that_make_no_sense_are_none) {
  const auto error = [](const Bytes& value) {
    static Bytes bytes;
    bytes = std::move(MessageWriter(Class::error, Method::binding, transaction()).add(AttributeType::error_code, value)).take();
    return error_of(*decode_message(bytes));
  };
  EXPECT_EQ(error(hex("00000401") + "Unauthorized")->code, 401u);
  EXPECT_EQ(error(hex("00000401") + "Unauthorized")->reason, "Unauthorized");
  EXPECT_EQ(error(hex("00000663"))->code, 699u);
  for (const auto* value : {"", "000004", "00000201", "00000701", "00000464"}) EXPECT_FALSE(error(hex(value))) << value;
  for (const auto* value : {"", "0001a147", "0001a147e112a6", "0001a147e112a64300", "0003a147e112a643", "0002a147e112a643"}) {
    EXPECT_FALSE(read_xor_address(hex(value), transaction())) << value;
  }
}

}  // namespace
}  // namespace parley::protocol::stun
