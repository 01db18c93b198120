// Ids of entries and keys of messages.
#include <gtest/gtest.h>

#include "base/hash.hpp"
#include "base/limits.hpp"
#include "domain/entry.hpp"
#include "example_log.hpp"

namespace parley::domain {
namespace {

using std::chrono::milliseconds;

TEST(EntryId, is_time_then_session_number_then_seq) {
  const Timestamp time{milliseconds{0x65a0b1c2ll * 1'000 + 999}};
  EXPECT_EQ(make_entry_id(time, SessionNumber{0x0102030405}, 0x060708).to_string(), "65a0b1c20102030405060708");
}

TEST(EntryId, says_where_its_entry_is) {
  for (const std::uint64_t number : {1ull, 0xa1b2c3d4e5ull, (1ull << 40) - 1}) {
    for (const std::uint32_t seq : {1u, 255u, 256u, 65'536u, limits::seq_max}) {
      const EntryAddress address = address_of(make_entry_id(example::start, SessionNumber{number}, seq));
      EXPECT_EQ(address.session, SessionNumber{number});
      EXPECT_EQ(address.seq, seq);
    }
  }
}

TEST(EntryId, increases_with_time_and_with_seq) {
  const SessionNumber session{7};
  const ObjectId first = make_entry_id(example::start, session, 1);
  EXPECT_LT(first, make_entry_id(example::start, session, 2));
  EXPECT_LT(first, make_entry_id(example::start + milliseconds{1'000}, session, 1));
  EXPECT_LT(make_entry_id(example::start, session, limits::seq_max - 1), make_entry_id(example::start, session, limits::seq_max));
}

TEST(EntryId, is_an_object_id_as_clients_write_it) {
  const ObjectId id = make_entry_id(example::start, example::session_number, 3);
  EXPECT_EQ(ObjectId::parse(id.to_string()), id);
}

TEST(EntryIdDeathTest, numbers_that_do_not_fit_are_our_own_mistake) {
  EXPECT_DEATH(static_cast<void>(make_entry_id(example::start, SessionNumber{1ull << 40}, 1)), "assertion failed");
  EXPECT_DEATH(static_cast<void>(make_entry_id(example::start, SessionNumber{1}, limits::seq_max + 1)), "assertion failed");
}

TEST(IdempotencyKey, is_the_first_half_of_an_hmac_under_the_sessions_secret) {
  const Secret32 secret = example::session_row().secret;
  const Key16 key = idempotency_key(secret, example::doctor_id, "m-1");
  const Digest32 whole = hmac_sha256(view_of(secret), {"\x18", example::doctor_id.text(), "m-1"});
  EXPECT_EQ(view_of(key), view_of(whole).substr(0, 16));
}

TEST(IdempotencyKey, tells_the_end_of_the_sender_from_the_beginning_of_the_id) {
  const Secret32 secret{1};
  EXPECT_NE(idempotency_key(secret, *UserId::parse("a"), "bX"), idempotency_key(secret, *UserId::parse("ab"), "X"));
}

TEST(IdempotencyKey, differs_by_session_by_sender_and_by_id) {
  const Secret32 secret = example::session_row().secret;
  const Key16 key = idempotency_key(secret, example::doctor_id, "m-1");
  EXPECT_EQ(key, idempotency_key(secret, example::doctor_id, "m-1"));
  EXPECT_NE(key, idempotency_key(Secret32{}, example::doctor_id, "m-1"));
  EXPECT_NE(key, idempotency_key(secret, example::patient_id, "m-1"));
  EXPECT_NE(key, idempotency_key(secret, example::doctor_id, "m-2"));
}

TEST(IdempotencyKey, is_zero_without_an_id_and_never_otherwise) {
  const Secret32 secret = example::session_row().secret;
  EXPECT_EQ(idempotency_key(secret, example::doctor_id, ""), Key16{});
  EXPECT_NE(idempotency_key(secret, example::doctor_id, std::string_view("\0", 1)), Key16{});
}

}  // namespace
}  // namespace parley::domain
