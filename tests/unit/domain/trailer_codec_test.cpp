// The trailer: counters, and a checksum that detects every change of the whole entry.
#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "damage.hpp"
#include "domain/entry.hpp"
#include "example_log.hpp"

namespace parley::domain {
namespace {

using test::expect_damaged;

constexpr BytesView core_bytes = "the core";
constexpr BytesView body_bytes = "the body";

Trailer whole_trailer() {
  Trailer trailer;
  trailer.digest.fill(0x44);
  trailer.counters.texts_ever = 7;
  trailer.counters.deletions = 2;
  trailer.counters.first_live_text = example::start;
  trailer.counters.last_live_text = example::start + std::chrono::milliseconds{1};
  trailer.counters.roles = {{Role{"doctor"}, 3, 1'000}, {Role{"patient"}, 2, 0x1'0000'0000}};
  return trailer;
}

Bytes encoded(const Trailer& trailer) {
  return encode_trailer(trailer, core_bytes, body_bytes);
}

TEST(TrailerCodec, every_field_comes_back) {
  EXPECT_EQ(decode_trailer(encoded(whole_trailer()), core_bytes, body_bytes), whole_trailer());
}

TEST(TrailerCodec, the_bytes_are_those_of_the_page) {
  const Bytes bytes = encoded(whole_trailer());
  EXPECT_EQ(to_hex(bytes.substr(0, bytes.size() - 4)),
            "4444444444444444444444444444444444444444444444444444444444444444"
            "00"
            "00000007"
            "00000002"
            "0000019b76daa800"
            "0000019b76daa801"
            "02"
            "06646f63746f72"
            "00000003"
            "00000000000003e8"
            "0770617469656e74"
            "00000002"
            "0000000100000000");
}

TEST(TrailerCodec, the_smallest_trailer_has_62_bytes_and_no_times) {
  const Bytes bytes = encoded({});
  EXPECT_EQ(bytes.size(), 62u);
  const auto trailer = decode_trailer(bytes, core_bytes, body_bytes);
  ASSERT_TRUE(trailer);
  EXPECT_EQ(*trailer, Trailer{});
  EXPECT_FALSE(trailer->counters.first_live_text);
  EXPECT_FALSE(trailer->counters.last_live_text);
}

TEST(TrailerCodec, the_time_zero_is_a_time) {
  Trailer trailer;
  trailer.counters.first_live_text = Timestamp{};
  EXPECT_EQ(decode_trailer(encoded(trailer), core_bytes, body_bytes), trailer);
}

TEST(TrailerCodec, the_key_id_of_an_encrypted_body_comes_back) {
  Trailer trailer = whole_trailer();
  trailer.key_id = 9;
  EXPECT_EQ(decode_trailer(encoded(trailer), core_bytes, body_bytes), trailer);
}

TEST(TrailerCodec, every_truncation_is_refused) {
  test::for_each_truncation(encoded(whole_trailer()),
                            [](const Bytes& bytes) { expect_damaged(decode_trailer(bytes, core_bytes, body_bytes), "trailer, offset"); });
}

TEST(TrailerCodec, every_flip_in_any_of_the_three_parts_is_refused) {
  const Bytes trailer = encoded(whole_trailer());
  test::for_each_flip(trailer, [](const Bytes& bytes, std::size_t) {
    expect_damaged(decode_trailer(bytes, core_bytes, body_bytes), "the checksum of core, body and trailer");
  });
  test::for_each_flip(Bytes(core_bytes), [&trailer](const Bytes& bytes, std::size_t) {
    expect_damaged(decode_trailer(trailer, bytes, body_bytes), "the checksum of core, body and trailer");
  });
  test::for_each_flip(Bytes(body_bytes), [&trailer](const Bytes& bytes, std::size_t) {
    expect_damaged(decode_trailer(trailer, core_bytes, bytes), "the checksum of core, body and trailer");
  });
}

TEST(TrailerCodec, a_byte_that_moves_from_one_part_to_the_next_is_noticed) {
  const Bytes trailer = encode_trailer(whole_trailer(), "abc", "def");
  EXPECT_TRUE(decode_trailer(trailer, "abc", "def"));
  expect_damaged(decode_trailer(trailer, "abcd", "ef"), "the checksum");
  expect_damaged(decode_trailer(trailer, "ab", "cdef"), "the checksum");
  expect_damaged(decode_trailer(trailer, "abcdef", ""), "the checksum");
}

TEST(TrailerCodec, more_deletions_than_texts_are_refused_and_not_written) {
  Trailer trailer;
  trailer.counters.texts_ever = 1;
  trailer.counters.deletions = 1;
  EXPECT_EQ(decode_trailer(encoded(trailer), core_bytes, body_bytes), trailer);
  trailer.counters.deletions = 2;
  EXPECT_DEATH(static_cast<void>(encoded(trailer)), "assertion failed");
}

TEST(TrailerCodec, counters_reach_their_limits) {
  Trailer trailer = whole_trailer();
  trailer.counters.texts_ever = limits::seq_max;
  trailer.counters.roles[0].live_texts = limits::seq_max;
  trailer.counters.roles[0].live_code_points = ~0ull;
  EXPECT_EQ(decode_trailer(encoded(trailer), core_bytes, body_bytes), trailer);
  trailer.counters.roles[0].live_texts = limits::seq_max + 1ull;
  EXPECT_DEATH(static_cast<void>(encoded(trailer)), "assertion failed");
}

TEST(TrailerCodec, sixty_four_roles_come_back_and_one_more_is_not_written) {
  Trailer trailer;
  for (std::size_t index = 0; index < limits::participants_max; ++index)
    trailer.counters.roles.push_back({Role{std::to_string(index)}, 1, 1});
  EXPECT_EQ(decode_trailer(encoded(trailer), core_bytes, body_bytes), trailer);
  trailer.counters.roles.push_back({Role{"x"}, 1, 1});
  EXPECT_DEATH(static_cast<void>(encoded(trailer)), "assertion failed");
}

TEST(TrailerCodec, an_entry_has_at_most_64_kibibytes) {
  const Bytes body(limits::entry_bytes_max - 62 - core_bytes.size(), 'x');
  EXPECT_TRUE(decode_trailer(encode_trailer({}, core_bytes, body), core_bytes, body));
  const Bytes longer = body + 'x';
  expect_damaged(decode_trailer(encode_trailer({}, core_bytes, longer), core_bytes, longer), "an entry of at most 64 KiB");
}

TEST(Counters, live_texts_are_those_that_were_not_deleted) {
  EXPECT_EQ(whole_trailer().counters.live_texts(), 5u);
  EXPECT_EQ(Counters{}.live_texts(), 0u);
}

}  // namespace
}  // namespace parley::domain
