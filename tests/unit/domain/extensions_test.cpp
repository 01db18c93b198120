// Typed extensions and the directory row of entry 1.
#include "domain/extensions.hpp"

#include <gtest/gtest.h>

#include "damage.hpp"
#include "domain/created.hpp"
#include "example_log.hpp"

namespace parley::domain {
namespace {

using test::expect_damaged;

Core core_with(Extension extension) {
  Core core;
  core.seq = 100;
  core.extensions.push_back(std::move(extension));
  return core;
}

TEST(Extensions, every_type_comes_back) {
  const ObjectId id = *ObjectId::parse("0102030405060708090a0b0c");
  EXPECT_EQ(read_target_seq(core_with(target_seq_extension(99))), 99u);
  EXPECT_EQ(read_target_id(core_with(target_id_extension(id))), id);
  EXPECT_EQ(read_original_time(core_with(original_time_extension(example::start))), example::start);
  EXPECT_EQ(read_adopted_id(core_with(adopted_id_extension(id))), id);
  for (const auto kind : {ParticipantChangeKind::added, ParticipantChangeKind::removed, ParticipantChangeKind::first_join}) {
    const ParticipantChange change{kind, example::patient};
    EXPECT_EQ(read_participant_change(core_with(participant_extension(change))), change);
  }
}

TEST(Extensions, the_bytes_are_those_of_the_page) {
  EXPECT_EQ(to_hex(target_seq_extension(0x010203).value), "00010203");
  EXPECT_EQ(to_hex(original_time_extension(example::start).value), "0000019b76daa800");
  EXPECT_EQ(to_hex(participant_extension({ParticipantChangeKind::removed, example::patient}).value),
            "02"
            "18" +
                to_hex(example::patient_id.text()) + "0770617469656e74");
}

TEST(Extensions, one_that_is_missing_is_an_error) {
  const Core core = core_with({static_cast<ExtensionType>(999), "x"});
  expect_damaged(read_target_seq(core), "extension target_seq, offset 0: expected more bytes");
  expect_damaged(read_target_id(core), "extension target_id");
  expect_damaged(read_participant_change(core), "extension participant");
  expect_damaged(read_original_time(core), "extension original_time");
  expect_damaged(read_adopted_id(core), "extension adopted_id");
}

/// `read` must refuse every shorter value of `extension`, and a longer one.
template <typename Read>
void expect_exact_size(const Extension& extension, Read read) {
  EXPECT_TRUE(read(core_with(extension)));
  test::for_each_truncation(extension.value,
                            [&](const Bytes& value) { EXPECT_FALSE(read(core_with({extension.type, value}))) << value.size(); });
  EXPECT_FALSE(read(core_with({extension.type, extension.value + 'x'})));
}

TEST(Extensions, each_has_exactly_its_size) {
  expect_exact_size(target_seq_extension(3), read_target_seq);
  expect_exact_size(target_id_extension({}), read_target_id);
  expect_exact_size(participant_extension({ParticipantChangeKind::added, example::doctor}), read_participant_change);
  expect_exact_size(original_time_extension(example::start), read_original_time);
  expect_exact_size(adopted_id_extension({}), read_adopted_id);
}

TEST(Extensions, a_target_is_an_earlier_entry) {
  expect_damaged(read_target_seq(core_with(target_seq_extension(0))), "the seq of an earlier entry");
  expect_damaged(read_target_seq(core_with(target_seq_extension(100))), "the seq of an earlier entry");
  EXPECT_TRUE(read_target_seq(core_with(target_seq_extension(1))));
}

TEST(Extensions, three_changes_of_participants_exist_and_none_outside) {
  Extension extension = participant_extension({ParticipantChangeKind::added, example::doctor});
  for (int kind = 0; kind < 256; ++kind) {
    extension.value[0] = static_cast<char>(kind);
    EXPECT_EQ(read_participant_change(core_with(extension)).has_value(), kind >= 1 && kind <= 3) << kind;
  }
}

TEST(Created, carries_the_whole_row) {
  const Entry entry = example::named("created").chained.entry;
  const auto row = read_created_row(entry);
  ASSERT_TRUE(row);
  EXPECT_EQ(*row, example::session_row());
  EXPECT_EQ(entry.core.sender, example::doctor_id);
  EXPECT_EQ(entry.core.sender_role, example::doctor.role);
}

TEST(Created, keeps_the_secret_out_of_the_core) {
  const EncodedEntry encoded = example::named("created").chained.encoded;
  const Secret32 secret = example::session_row().secret;
  EXPECT_EQ(encoded.core.find(view_of(secret)), Bytes::npos);
  EXPECT_NE(encoded.body.find(view_of(secret)), Bytes::npos);
}

TEST(Created, without_its_body_has_the_row_without_the_secret) {
  const auto entry = decode_entry(emptied(example::named("created").chained.encoded).value());
  ASSERT_TRUE(entry);
  SessionRow expected = example::session_row();
  expected.secret = {};
  EXPECT_EQ(read_created_row(*entry), expected);
}

TEST(Created, another_kind_a_missing_row_and_a_missing_secret_are_errors) {
  expect_damaged(read_created_row(example::named("plain").chained.entry), "expected kind created with a session row");
  Entry entry = example::named("created").chained.entry;
  entry.core.extensions.clear();
  expect_damaged(read_created_row(entry), "expected kind created with a session row");
  entry = example::named("created").chained.entry;
  entry.body->attributes.clear();
  expect_damaged(read_created_row(entry), "expected a secret of 32 bytes");
  entry = example::named("created").chained.entry;
  entry.body->attributes[0].value.pop_back();
  expect_damaged(read_created_row(entry), "expected a secret of 32 bytes");
  entry = example::named("created").chained.entry;
  entry.core.extensions[0].value.pop_back();
  expect_damaged(read_created_row(entry), "session row");
}

}  // namespace
}  // namespace parley::domain
