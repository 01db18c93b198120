// Records and whole entries: the stored form, and every kind of damage that a store may do to it.
#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "damage.hpp"
#include "domain/entry.hpp"
#include "example_log.hpp"

namespace parley::domain {
namespace {

using test::expect_damaged;
using test::patched;

/// Reads like a reader: bytes to record to entry.
Result<Entry> read(std::uint32_t seq, BytesView record) {
  const auto encoded = decode_record(seq, record);
  if (!encoded) return std::unexpected(encoded.error());
  return decode_entry(*encoded);
}

TEST(Record, every_entry_of_the_example_log_comes_back) {
  for (const auto& [name, chained] : example::whole_log()) {
    const auto encoded = decode_record(chained.encoded.seq, encode_record(chained.encoded));
    ASSERT_TRUE(encoded) << name;
    EXPECT_EQ(*encoded, chained.encoded) << name;
    const auto entry = decode_entry(*encoded);
    ASSERT_TRUE(entry) << name;
    EXPECT_EQ(entry->core, chained.entry.core) << name;
    EXPECT_EQ(entry->body, chained.entry.body) << name;
    EXPECT_EQ(entry->trailer, chained.entry.trailer) << name;
  }
}

TEST(Record, is_a_head_of_five_bytes_and_the_three_parts) {
  const EncodedEntry entry = example::named("plain").chained.encoded;
  const Bytes record = encode_record(entry);
  EXPECT_EQ(record.size(), 5 + entry.size_bytes());
  EXPECT_EQ(to_hex(record.substr(0, 5)), "01006d0039");  // version 1, core of 109 bytes, body of 57
  EXPECT_EQ(record.substr(5), entry.core + entry.body + entry.trailer);
}

TEST(Record, a_text_of_120_bytes_costs_less_than_300_bytes_around_it) {
  example::LogBuilder log;
  log.add("first", example::text_draft(example::doctor, "hello", "0b5e9d3c-52a1-4f0e-9c6d-3f1a7e2b4c58"));
  const std::string id = "0b5e9d3c-52a1-4f0e-9c6d-3f1a7e2b4c58";
  const auto& chained = log.add("text", example::text_draft(example::patient, std::string(120, 'x'), id));
  EXPECT_EQ(encode_record(chained.encoded).size(), 120u + id.size() + 5 + 110 + 37 + 101);
}

TEST(Record, every_truncation_of_every_entry_is_refused) {
  for (const auto& [name, chained] : example::whole_log()) {
    test::for_each_truncation(encode_record(chained.encoded), [&](const Bytes& record) {
      EXPECT_FALSE(read(chained.encoded.seq, record)) << name << " cut at " << record.size();
    });
  }
}

TEST(Record, every_flip_of_every_entry_is_refused) {
  for (const auto& [name, chained] : example::whole_log()) {
    test::for_each_flip(encode_record(chained.encoded), [&](const Bytes& record, std::size_t offset) {
      const auto encoded = decode_record(chained.encoded.seq, record);
      ASSERT_FALSE(encoded) << name << " flipped at " << offset;
      EXPECT_EQ(encoded.error().code, ErrorCode::log_corrupt);
    });
  }
}

TEST(Record, bytes_behind_the_end_are_refused) {
  const EncodedEntry entry = example::named("plain").chained.encoded;
  expect_damaged(decode_record(entry.seq, encode_record(entry) + '\0'), "the checksum");
}

TEST(Record, another_version_of_the_record_or_of_the_entry_is_refused_by_name) {
  const EncodedEntry entry = example::named("plain").chained.encoded;
  const Bytes record = encode_record(entry);
  expect_damaged(decode_record(entry.seq, patched(record, 0, "\2")), "record, offset 0: expected record version 1");
  expect_damaged(decode_record(entry.seq, patched(record, 5, "\1")), "core, offset 0: expected entry version 2");
}

TEST(Record, under_another_seq_is_refused) {
  const EncodedEntry entry = example::named("plain").chained.encoded;
  expect_damaged(decode_record(entry.seq + 1, encode_record(entry)), "core, offset 3: expected the seq that the entry is kept under");
  EncodedEntry misplaced = entry;
  misplaced.seq += 1;
  expect_damaged(decode_entry(misplaced), "core, offset 3: expected the seq that the entry is kept under");
}

TEST(Record, lengths_beyond_its_end_are_refused) {
  const EncodedEntry entry = example::named("plain").chained.encoded;
  const Bytes record = encode_record(entry);
  expect_damaged(decode_record(entry.seq, patched(record, 1, "\xff\xff")),
                 "record, offset " + std::to_string(record.size()) + ": expected more bytes");
  expect_damaged(decode_record(entry.seq, patched(record, 3, "\xff\xff")), "expected more bytes");
}

TEST(Record, an_entry_of_64_kibibytes_comes_back_and_one_byte_more_is_not_written) {
  Core core = example::named("plain").chained.entry.core;
  core.extensions = {{static_cast<ExtensionType>(700), Bytes(limits::extension_bytes_max, 'x')},
                     {static_cast<ExtensionType>(701), Bytes(1'000, 'x')}};
  EncodedEntry entry{core.seq, encode_core(core), {}, {}};
  Body body;
  body.text = std::string(limits::entry_bytes_max - entry.core.size() - 37 - 62, 't');
  entry.body = encode_body(body);
  entry.trailer = encode_trailer({}, entry.core, entry.body);
  ASSERT_EQ(entry.size_bytes(), limits::entry_bytes_max);
  EXPECT_EQ(decode_record(core.seq, encode_record(entry)), entry);

  body.text.push_back('t');
  entry.body = encode_body(body);
  entry.trailer = encode_trailer({}, entry.core, entry.body);
  EXPECT_DEATH(static_cast<void>(encode_record(entry)), "assertion failed");
}

TEST(Entry, a_body_that_the_core_is_not_committed_to_is_refused) {
  EncodedEntry forged = example::named("plain").chained.encoded;
  Body body = *example::named("plain").chained.entry.body;
  const Trailer trailer = example::named("plain").chained.entry.trailer;
  body.text = "Good evening";
  forged.body = encode_body(body);
  forged.trailer = encode_trailer(trailer, forged.core, forged.body);  // an attacker can compute a checksum, but not a commitment
  EXPECT_TRUE(verify_checksum(forged));
  expect_damaged(decode_entry(forged), "body, offset 0: expected the bytes that the core is committed to");
}

TEST(Entry, an_encrypted_body_is_refused_by_name_and_an_emptied_one_is_not) {
  auto [name, chained] = example::named("plain");
  chained.entry.trailer.key_id = 1;
  chained.encoded.trailer = encode_trailer(chained.entry.trailer, chained.encoded.core, chained.encoded.body);
  expect_damaged(decode_entry(chained.encoded), "expected key id 0; this build reads no encrypted body");
  EXPECT_TRUE(decode_entry(emptied(chained.encoded).value()));
}

TEST(Entry, knows_its_position) {
  const Entry entry = example::named("plain").chained.entry;
  EXPECT_EQ(entry.position(), Position::at(3, entry.trailer.digest));
}

TEST(Checksum, is_what_a_reader_may_ask_alone) {
  EncodedEntry entry = example::named("plain").chained.encoded;
  EXPECT_TRUE(verify_checksum(entry));
  entry.body.back() = static_cast<char>(entry.body.back() ^ 1);
  expect_damaged(verify_checksum(entry), "the checksum of core, body and trailer");
  entry.trailer = "short";
  expect_damaged(verify_checksum(entry), "at least 62 bytes");
}

TEST(Emptied, takes_the_body_and_leaves_core_digest_and_counters) {
  example::LogBuilder log;
  const Chained whole = log.add("text", example::text_draft(example::doctor, "A secret", "m-1"));
  const auto empty = emptied(whole.encoded);
  ASSERT_TRUE(empty);
  EXPECT_EQ(empty->core, whole.encoded.core);
  EXPECT_TRUE(empty->body.empty());
  const auto entry = decode_entry(*empty);
  ASSERT_TRUE(entry);
  EXPECT_FALSE(entry->body);
  EXPECT_EQ(entry->core, whole.entry.core);
  EXPECT_EQ(entry->trailer, whole.entry.trailer);
}

TEST(Emptied, leaves_no_byte_of_the_text) {
  example::LogBuilder log;
  const Chained whole = log.add("text", example::text_draft(example::doctor, "a very particular text", "a-particular-key"));
  const Bytes record = encode_record(emptied(whole.encoded).value());
  EXPECT_EQ(record.find("particular"), Bytes::npos);
}

TEST(Emptied, twice_is_once) {
  const EncodedEntry once = example::named("deleted_text").chained.encoded;
  EXPECT_EQ(emptied(once), once);
}

TEST(Emptied, refuses_a_damaged_entry) {
  EncodedEntry entry = example::named("plain").chained.encoded;
  entry.core[50] = static_cast<char>(entry.core[50] ^ 1);
  expect_damaged(emptied(entry), "the checksum");
}

}  // namespace
}  // namespace parley::domain
