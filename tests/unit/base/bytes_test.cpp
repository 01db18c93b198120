// Hexadecimal and base64: published vectors, a round trip of every byte, and inputs that must be refused.
#include "base/bytes.hpp"

#include <gtest/gtest.h>

namespace parley {
namespace {

Bytes every_byte() {
  Bytes bytes;
  for (int byte = 0; byte < 256; ++byte) bytes.push_back(static_cast<char>(byte));
  return bytes;
}

TEST(Hex, is_lower_case_and_keeps_leading_zeros) {
  EXPECT_EQ(to_hex(""), "");
  EXPECT_EQ(to_hex(BytesView("\x00\x0f\xff", 3)), "000fff");
}

TEST(Hex, reads_either_case) {
  EXPECT_EQ(from_hex("DeadBEEF"), Bytes("\xde\xad\xbe\xef"));
  EXPECT_EQ(from_hex(""), Bytes());
}

TEST(Hex, every_byte_comes_back) {
  EXPECT_EQ(from_hex(to_hex(every_byte())), every_byte());
}

TEST(Hex, refuses_odd_lengths_and_foreign_digits) {
  for (const auto* text : {"0", "abc", "0g", "g0", "0x", " 0", "0 ", "/0", ":0", "@0", "G0", "`0", "\xff\xff"}) {
    EXPECT_FALSE(from_hex(text)) << text;
  }
}

struct Base64Vector {
  std::string_view bytes;
  std::string_view text;
};
// RFC 4648 §10
constexpr Base64Vector rfc_vectors[] = {
    {"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foob", "Zm9vYg=="}, {"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"},
};

TEST(Base64, agrees_with_rfc_4648) {
  for (const auto& [bytes, text] : rfc_vectors) {
    EXPECT_EQ(to_base64(bytes), text);
    EXPECT_EQ(from_base64(text), Bytes(bytes));
  }
}

TEST(Base64, padding_may_be_missing) {
  EXPECT_EQ(from_base64("Zg"), Bytes("f"));
  EXPECT_EQ(from_base64("Zm8"), Bytes("fo"));
  EXPECT_EQ(from_base64("Zm9vYg"), Bytes("foob"));
}

TEST(Base64, wrong_padding_is_refused) {
  for (const auto* text : {"=", "==", "Zg=", "Zm8==", "Zm9v=", "Zm9v==", "Zg===", "====", "Z=g=", "Zg==Zg=="}) {
    EXPECT_FALSE(from_base64(text)) << text;
  }
}

TEST(Base64, a_lone_last_character_is_refused) {
  EXPECT_FALSE(from_base64("Z"));
  EXPECT_FALSE(from_base64("Zm9vY"));
  EXPECT_FALSE(from_base64url("Zm9vY"));
}

TEST(Base64, bits_behind_the_last_byte_must_be_zero) {
  EXPECT_FALSE(from_base64("Zh=="));
  EXPECT_FALSE(from_base64("Zm9="));
  EXPECT_FALSE(from_base64url("Zh"));
}

TEST(Base64, foreign_characters_are_refused) {
  for (const auto* text : {"Zm9 ", "Zm\n9", "Zm9-", "Zm9_", "Zm9\xc3"}) EXPECT_FALSE(from_base64(text)) << text;
  for (const auto* text : {"Zm9+", "Zm9/", "Zg==", "Zm8="}) EXPECT_FALSE(from_base64url(text)) << text;
}

TEST(Base64, the_two_alphabets_differ_in_their_last_two_characters) {
  EXPECT_EQ(to_base64("\xfb\xff\xbf"), "+/+/");
  EXPECT_EQ(to_base64url("\xfb\xff\xbf"), "-_-_");
  EXPECT_EQ(from_base64("+/+/"), from_base64url("-_-_"));
}

TEST(Base64, url_form_has_no_padding) {
  EXPECT_EQ(to_base64url("f"), "Zg");
  EXPECT_EQ(to_base64url("fo"), "Zm8");
}

TEST(Base64, every_byte_comes_back_at_every_length) {
  const Bytes bytes = every_byte();
  for (std::size_t size = 0; size <= bytes.size(); ++size) {
    const Bytes head = bytes.substr(bytes.size() - size);
    EXPECT_EQ(from_base64(to_base64(head)), head);
    EXPECT_EQ(from_base64url(to_base64url(head)), head);
  }
}

TEST(Bytes, a_view_of_an_array_is_its_bytes) {
  const std::array<std::uint8_t, 3> bytes{0x00, 0x7f, 0xff};
  EXPECT_EQ(view_of(bytes), BytesView("\x00\x7f\xff", 3));
}

}  // namespace
}  // namespace parley
