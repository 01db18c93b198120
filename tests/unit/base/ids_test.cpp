// `<oid>`, session ids and user ids: their text, refused texts, and hashes that spread.
#include "base/ids.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

namespace parley {
namespace {

constexpr std::string_view oid_text = "0123456789abcdef01234567";
constexpr std::string_view uuid_text = "f81d4fae-7dec-41d0-a765-00a0c91e6bf6";

TEST(ObjectId, is_written_as_it_was_read) {
  const auto id = ObjectId::parse(oid_text);
  ASSERT_TRUE(id);
  EXPECT_EQ(id->to_string(), oid_text);
  EXPECT_EQ(id->bytes[0], 0x01);
  EXPECT_EQ(id->bytes[11], 0x67);
}

TEST(ObjectId, takes_either_case_and_writes_lower) {
  const auto id = ObjectId::parse("0123456789ABCDEF01234567");
  ASSERT_TRUE(id);
  EXPECT_EQ(id->to_string(), oid_text);
}

TEST(ObjectId, refuses_every_other_length) {
  std::string text;
  for (std::size_t length = 0; length <= 30; ++length, text.push_back('a')) {
    EXPECT_EQ(ObjectId::parse(text).has_value(), length == 24) << length;
  }
}

TEST(ObjectId, refuses_a_foreign_character_at_every_place) {
  for (std::size_t offset = 0; offset < oid_text.size(); ++offset) {
    for (const char foreign : {'g', '-', ' ', '\0', '\xc3'}) {
      std::string text(oid_text);
      text[offset] = foreign;
      EXPECT_FALSE(ObjectId::parse(text)) << text;
    }
  }
}

TEST(ObjectId, appends_to_what_is_there) {
  std::string out = "id=";
  ObjectId::parse(oid_text)->append_to(out);
  EXPECT_EQ(out, "id=" + std::string(oid_text));
}

TEST(ObjectId, is_ordered_as_its_text_is) {
  const auto low = *ObjectId::parse("00000000000000000000ffff");
  const auto high = *ObjectId::parse("000000000000000000010000");
  EXPECT_LT(low, high);
  EXPECT_LT(low.to_string(), high.to_string());
  EXPECT_EQ(low, low);
}

/// Texts that both kinds of ids accept unchanged.
const std::vector<std::string> accepted_texts = {
    "a",
    std::string(64, 'x'),
    "f81d4fae-7dec-41d0-a765-00a0c91e6bf6",
    "F81D4FAE-7DEC-41D0-A765-00A0C91E6BF6",
    "two words",
    "tenant/room/7",
    ".",
    "..",
    "a.b",
    "100%25",
    "a?b#c&d=e",
    "\"quoted\" \\",
    "ada@example.org",
    "Zo\xc3\xab",
    "Zoe\xcc\x88",       // the same name in another form: no normalisation
    "\xf0\x9f\x99\x82",  // U+1F642
    "\xc2\xa0",          // the first character after the control characters
    "\xe2\x80\x8b",      // U+200B: a format character, no control character
    std::string(16, 'a') + std::string(8, 'g'),
};
const std::vector<std::string> refused_texts = {
    "",
    std::string(65, 'x'),
    std::string("a\0b", 3),
    "a\nb",
    "\t",
    "\x1f",
    "\x7f",
    "\xc2\x80",
    "x\xc2\x9f",
    "\xff",
    "\xc3",
    "\xed\xa0\x80" /* a surrogate */,
    "\xc0\xaf" /* overlong */,
};

TEST(SessionId, is_kept_byte_by_byte) {
  for (const std::string& text : accepted_texts) {
    const auto id = SessionId::parse(text);
    ASSERT_TRUE(id) << text;
    EXPECT_EQ(id->to_string(), text);
    EXPECT_EQ(id->text(), text);
    EXPECT_EQ(*id, *SessionId::parse(text));
  }
}

TEST(SessionId, refuses_what_is_too_long_no_utf8_or_has_control_characters) {
  for (const std::string& text : refused_texts) EXPECT_FALSE(SessionId::parse(text)) << text;
}

TEST(SessionId, keeps_the_case_of_hexadecimal_digits) {
  EXPECT_EQ(SessionId::parse("0123456789ABCDEF01234567")->text(), "0123456789ABCDEF01234567");
}

TEST(UserId, is_kept_byte_by_byte) {
  for (const std::string& text : accepted_texts) {
    const auto id = UserId::parse(text);
    ASSERT_TRUE(id) << text;
    EXPECT_EQ(id->text(), text);
    EXPECT_FALSE(id->object_id()) << text;
  }
}

TEST(UserId, refuses_what_is_too_long_no_utf8_or_has_control_characters) {
  for (const std::string& text : refused_texts) EXPECT_FALSE(UserId::parse(text)) << text;
}

TEST(UserId, of_24_hexadecimal_digits_is_an_object_id_in_lower_case) {
  const auto id = UserId::parse("0123456789ABCDEF01234567");
  ASSERT_TRUE(id);
  EXPECT_EQ(id->text(), oid_text);
  EXPECT_EQ(id->object_id(), ObjectId::parse(oid_text));
  EXPECT_EQ(*id, UserId::of(*ObjectId::parse(oid_text)));
}

TEST(UserId, of_24_zeros_is_the_server_and_nobody) {
  EXPECT_FALSE(UserId::parse("000000000000000000000000"));
  EXPECT_TRUE(UserId().empty());
}

TEST(TextIds, of_every_length_are_copied_moved_and_assigned) {
  std::vector<SessionId> ids;
  for (std::size_t bytes = 1; bytes <= TextId::bytes_max; ++bytes) ids.push_back(*SessionId::parse(std::string(bytes, 'x')));
  for (const SessionId& first : ids) {
    for (const SessionId& second : ids) {
      SessionId copied = first;
      EXPECT_EQ(copied, first);
      copied = second;
      EXPECT_EQ(copied, second);
      SessionId moved = std::move(copied);
      EXPECT_EQ(moved, second);
      moved = SessionId(first);
      EXPECT_EQ(moved.text(), first.text());
    }
    SessionId same = first;
    const SessionId& itself = same;
    same = itself;
    EXPECT_EQ(same, first);
    SessionId left = first;
    const SessionId taken = std::move(left);
    left = ids.back();  // a moved-from id accepts a new value
    EXPECT_EQ(left, ids.back());
    EXPECT_EQ(taken, first);
  }
}

TEST(TextIds, are_ordered_by_their_bytes) {
  EXPECT_LT(*SessionId::parse("B"), *SessionId::parse("a"));
  EXPECT_LT(*SessionId::parse("a"), *SessionId::parse("ab"));
  EXPECT_LT(*SessionId::parse("z"), *SessionId::parse("\xc3\xab"));
  EXPECT_LT(SessionId(), *SessionId::parse(" "));
}

TEST(SessionId, made_from_random_bytes_has_version_4_and_the_variant) {
  for (const std::uint8_t fill : {0x00, 0xff, 0x5a}) {
    std::array<std::uint8_t, 16> random;
    random.fill(fill);
    const std::string text = SessionId::from_random(random).to_string();
    EXPECT_EQ(text[14], '4') << text;
    EXPECT_NE(std::string_view("89ab").find(text[19]), std::string_view::npos) << text;
  }
}

TEST(SessionId, made_from_random_bytes_keeps_the_other_122_bits) {
  std::set<SessionId> ids;
  int bits_that_count = 0;
  const SessionId zero = SessionId::from_random({});
  for (std::size_t bit = 0; bit < 128; ++bit) {
    std::array<std::uint8_t, 16> random{};
    random[bit / 8] = static_cast<std::uint8_t>(1u << (bit % 8));
    const SessionId id = SessionId::from_random(random);
    ids.insert(id);
    bits_that_count += id != zero ? 1 : 0;
  }
  EXPECT_EQ(bits_that_count, 122);
  EXPECT_EQ(ids.size(), 123u);
}

TEST(Hashes, ids_that_differ_in_one_bit_spread_over_buckets) {
  std::unordered_set<std::size_t> object_buckets;
  std::unordered_set<std::size_t> session_buckets;
  for (std::size_t bit = 0; bit < 96; ++bit) {
    ObjectId object;
    std::array<std::uint8_t, 16> random{};
    object.bytes[bit / 8] = random[bit / 8] = static_cast<std::uint8_t>(1u << (bit % 8));
    const SessionId session = SessionId::from_random(random);
    object_buckets.insert(std::hash<ObjectId>{}(object) % 4096);
    session_buckets.insert(std::hash<SessionId>{}(session) % 4096);
  }
  EXPECT_GT(object_buckets.size(), 85u);
  EXPECT_GT(session_buckets.size(), 85u);
}

TEST(Hashes, equal_ids_hash_alike_and_work_as_keys) {
  std::unordered_set<SessionId> sessions{*SessionId::parse(uuid_text), *SessionId::parse(uuid_text)};
  std::unordered_set<ObjectId> objects{*ObjectId::parse(oid_text), ObjectId{}};
  std::unordered_set<SessionNumber> numbers{SessionNumber{7}, SessionNumber{7}, SessionNumber{8}};
  EXPECT_EQ(sessions.size(), 1u);
  EXPECT_EQ(objects.size(), 2u);
  EXPECT_EQ(numbers.size(), 2u);
}

}  // namespace
}  // namespace parley
