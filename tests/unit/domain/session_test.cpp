// The directory row: the values it implies, and its bytes.
#include "domain/session.hpp"

#include <gtest/gtest.h>

#include "base/crc32c.hpp"
#include "base/limits.hpp"
#include "damage.hpp"
#include "domain/byte_codec.hpp"
#include "example_log.hpp"

namespace parley::domain {
namespace {

using std::chrono::milliseconds;
using test::expect_damaged;
using test::patched;

SessionRow whole_row() {
  SessionRow row = example::session_row();
  row.status = SessionStatus::ended;
  row.started_at = example::start + milliseconds{1'000};
  row.ended_at = example::start + milliseconds{62'999};
  return row;
}

/// `bytes` with a new checksum, so that a test reaches the checks after it.
Bytes resealed(Bytes bytes) {
  bytes.resize(bytes.size() - 4);
  append_u32(bytes, crc32c({bytes}));
  return bytes;
}

TEST(SessionRow, finds_its_participants) {
  const SessionRow row = whole_row();
  ASSERT_NE(row.participant(example::patient_id), nullptr);
  EXPECT_EQ(row.participant(example::patient_id)->role, Role{"patient"});
  EXPECT_EQ(row.participant(UserId{}), nullptr);
}

TEST(SessionRow, lasts_whole_seconds_from_start_to_end) {
  SessionRow row = whole_row();
  EXPECT_EQ(row.duration_seconds(), 61);
  row.ended_at = *row.started_at + milliseconds{62'000};
  EXPECT_EQ(row.duration_seconds(), 62);
  row.ended_at = row.started_at;
  EXPECT_EQ(row.duration_seconds(), 0);
}

TEST(SessionRow, that_never_started_or_has_not_ended_lasts_nothing) {
  SessionRow row = whole_row();
  row.started_at.reset();
  EXPECT_EQ(row.duration_seconds(), 0);
  row = whole_row();
  row.ended_at.reset();
  EXPECT_EQ(row.duration_seconds(), 0);
  row = whole_row();
  row.ended_at = *row.started_at - milliseconds{5'000};
  EXPECT_EQ(row.duration_seconds(), 0) << "a clock that went back must not give a negative duration";
}

TEST(SessionRow, that_is_reopened_is_active_and_counts_on_from_what_it_had) {
  SessionRow row = whole_row();
  row.reopen(example::start + milliseconds{100'000});
  EXPECT_EQ(row.status, SessionStatus::active);
  EXPECT_EQ(row.started_at, example::start + milliseconds{1'000}) << "set once";
  EXPECT_EQ(row.ended_at, std::nullopt);
  EXPECT_EQ(row.duration_seconds(), 61) << "the time that has not ended is not counted";
  row.end(example::start + milliseconds{103'001});
  EXPECT_EQ(row.duration_seconds(), 65) << "61,999 and 3,001 milliseconds";
  row.reopen(example::start + milliseconds{200'000});
  row.end(example::start + milliseconds{201'000});
  EXPECT_EQ(row.duration_seconds(), 66);
}

TEST(SessionRow, that_never_started_starts_when_it_is_reopened) {
  SessionRow row = example::session_row();
  row.end(example::start + milliseconds{5'000});
  row.reopen(example::start + milliseconds{7'000});
  EXPECT_EQ(row.started_at, example::start + milliseconds{7'000});
  row.end(example::start + milliseconds{9'000});
  EXPECT_EQ(row.duration_seconds(), 2);
}

TEST(SessionStatus, has_the_names_of_the_contract) {
  EXPECT_EQ(name_of(SessionStatus::created), "created");
  EXPECT_EQ(name_of(SessionStatus::active), "active");
  EXPECT_EQ(name_of(SessionStatus::ended), "ended");
  EXPECT_DEATH(static_cast<void>(name_of(static_cast<SessionStatus>(4))), "assertion failed");
}

TEST(SessionRowCodec, every_field_comes_back) {
  EXPECT_EQ(decode_session_row(encode_session_row(whole_row())), whole_row());
}

TEST(SessionRowCodec, every_combination_of_optional_fields_comes_back) {
  for (int present = 0; present < 16; ++present) {
    SessionRow row = whole_row();
    if ((present & 1) == 0) row.appointment.reset();
    if ((present & 2) == 0) row.started_at.reset();
    if ((present & 4) == 0) row.ended_at.reset();
    if ((present & 8) != 0) row.reopened = Reopening{example::start, milliseconds{1'234}};
    EXPECT_EQ(decode_session_row(encode_session_row(row)), row) << present;
  }
}

TEST(SessionRowCodec, the_smallest_row_has_66_bytes_and_its_id) {
  SessionRow row;
  row.id = *SessionId::parse("x");
  EXPECT_EQ(encode_session_row(row).size(), 67u);
  EXPECT_EQ(decode_session_row(encode_session_row(row)), row);
}

TEST(SessionRowCodec, a_row_without_an_id_is_refused) {
  expect_damaged(decode_session_row(encode_session_row({})), "session row, offset 2: expected a session id");
}

TEST(SessionRowCodec, the_bytes_are_those_of_the_page) {
  const Bytes bytes = encode_session_row(whole_row());
  EXPECT_EQ(to_hex(bytes.substr(0, bytes.size() - 4)),
            "02"
            "24" +
                to_hex(example::session_id.text()) +
                "a1b2c3d4e5"
                "6955b900a1b2c3d4e5000001"
                "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
                "0000019b76daa800"
                "03"
                "07"
                "65a0000000000000000000ff"
                "0000019b76daabe8"
                "0000019b76db9e17"
                "02"
                "18" +
                to_hex(example::doctor_id.text()) +
                "06646f63746f72"
                "18" +
                to_hex(example::patient_id.text()) + "0770617469656e74");
}

TEST(SessionRowCodec, every_truncation_is_refused) {
  test::for_each_truncation(encode_session_row(whole_row()),
                            [](const Bytes& bytes) { expect_damaged(decode_session_row(bytes), "session row"); });
}

TEST(SessionRowCodec, every_flip_is_refused) {
  test::for_each_flip(encode_session_row(whole_row()),
                      [](const Bytes& bytes, std::size_t offset) { EXPECT_FALSE(decode_session_row(bytes)) << offset; });
}

TEST(SessionRowCodec, a_flip_under_a_fitting_checksum_is_refused_or_gives_another_row_of_those_bytes) {
  test::for_each_flip(encode_session_row(whole_row()), [](const Bytes& bytes, std::size_t offset) {
    const Bytes sealed = resealed(bytes);
    const auto row = decode_session_row(sealed);
    if (!row) return;
    EXPECT_EQ(encode_session_row(*row), sealed) << offset;
  });
}

TEST(SessionRowCodec, another_version_is_refused_by_name) {
  const Bytes bytes = patched(encode_session_row(whole_row()), 0, "\1");
  expect_damaged(decode_session_row(bytes), "session row, offset 0: expected row version 2");
  expect_damaged(decode_session_row(resealed(bytes)), "session row, offset 0: expected row version 2");
}

TEST(SessionRowCodec, three_statuses_exist_and_none_outside) {
  constexpr std::size_t status_offset = 1 + 37 + 5 + 12 + 32 + 8;
  for (int status = 0; status < 256; ++status) {
    const char byte = static_cast<char>(status);
    const auto row = decode_session_row(resealed(patched(encode_session_row(whole_row()), status_offset, {&byte, 1})));
    EXPECT_EQ(row.has_value(), status >= 1 && status <= 3) << status;
  }
}

TEST(SessionRowCodec, flags_that_do_not_exist_are_refused) {
  constexpr std::size_t flags_offset = 1 + 37 + 5 + 12 + 32 + 8 + 1;
  expect_damaged(decode_session_row(resealed(patched(encode_session_row(whole_row()), flags_offset, "\x1f"))), "flags 1, 2, 4 and 8 only");
}

TEST(SessionRowCodec, sixty_four_participants_come_back_and_one_more_is_neither_written_nor_read) {
  SessionRow row = whole_row();
  row.participants.clear();
  for (std::size_t index = 0; index < limits::participants_max; ++index) {
    row.participants.push_back({*UserId::parse(std::string(limits::id_bytes_max - 2, 'u') + std::to_string(10 + index)),
                                Role{std::string(limits::role_bytes_max, 'r')}});
  }
  Bytes bytes = encode_session_row(row);
  EXPECT_EQ(decode_session_row(bytes), row);
  EXPECT_LE(bytes.size(), limits::extension_bytes_max);

  const std::size_t count_offset = bytes.size() - 4 - 64 * (1 + 64 + 1 + 15) - 1;
  bytes.insert(count_offset + 1, Bytes("\1u\1r"));
  expect_damaged(decode_session_row(resealed(patched(bytes, count_offset, "A"))), "at most 64 participants");
  row.participants.push_back(example::doctor);
  EXPECT_DEATH(static_cast<void>(encode_session_row(row)), "assertion failed");
}

TEST(SessionRowCodec, the_largest_session_number_comes_back_and_one_more_is_not_written) {
  SessionRow row = whole_row();
  row.number = SessionNumber{(1ull << 40) - 1};
  EXPECT_EQ(decode_session_row(encode_session_row(row)), row);
  row.number = SessionNumber{1ull << 40};
  EXPECT_DEATH(static_cast<void>(encode_session_row(row)), "assertion failed");
}

}  // namespace
}  // namespace parley::domain
