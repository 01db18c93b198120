// The chain: places, times, counters, and links that are verified in both directions.
#include "domain/chain.hpp"

#include <gtest/gtest.h>

#include "base/hash.hpp"
#include "base/limits.hpp"
#include "damage.hpp"
#include "example_log.hpp"

namespace parley::domain {
namespace {

using example::doctor;
using example::patient;
using example::session_number;
using example::start;
using example::text_draft;
using parley::test::CountingEntropy;
using std::chrono::milliseconds;
using test::expect_damaged;

Draft timed(Draft draft, Timestamp time = start) {
  draft.time = time;
  return draft;
}

class ChainTest : public testing::Test {
 protected:
  Chained add(Draft draft, Timestamp now = start, const std::optional<Deletion>& deletion = std::nullopt) {
    draft.deletion = deletion;
    return chain(head_, session_number, timed(std::move(draft), now), entropy_);
  }
  Chained add_text(const Participant& sender, const std::string& text, Timestamp now = start) { return add(text_draft(sender, text), now); }
  Chained add_deletion(const Deletion& deletion, Timestamp now = start) {
    Draft draft;
    draft.kind = EntryKind::deleted;
    return add(std::move(draft), now, deletion);
  }
  [[nodiscard]] const Counters& counters() const { return head_.counters; }

  Head head_ = genesis(example::session_id);
  CountingEntropy entropy_;
};

TEST_F(ChainTest, the_empty_log_has_a_head_of_its_own_session) {
  EXPECT_EQ(head_.seq, 0u);
  EXPECT_EQ(head_.digest, sha256({"parley2", "\x24", "0b5e9d3c-52a1-4f0e-9c6d-3f1a7e2b4c58"}));
  EXPECT_EQ(head_.counters, Counters{});
  EXPECT_NE(head_.digest, genesis(SessionId{}).digest);
}

TEST_F(ChainTest, an_entry_takes_the_next_place) {
  const Chained first = add_text(doctor, "one");
  const Chained second = add_text(patient, "two");
  EXPECT_EQ(first.entry.core.seq, 1u);
  EXPECT_EQ(second.entry.core.seq, 2u);
  EXPECT_EQ(second.encoded.seq, 2u);
  EXPECT_EQ(head_.seq, 2u);
}

TEST_F(ChainTest, the_head_is_what_the_last_entry_says) {
  const Chained first = add_text(doctor, "one");
  EXPECT_EQ(head_after(first.entry), head_);
  EXPECT_EQ(head_.position(), first.entry.position());
  const Chained second = add_text(patient, "two");
  EXPECT_EQ(head_after(decode_entry(second.encoded).value()), head_);
}

TEST_F(ChainTest, everything_of_the_draft_is_in_the_entry) {
  Draft draft = text_draft(patient, "Hello", "m-9");
  draft.flags = flag_late;
  draft.message_type = MessageType::system;
  draft.extensions = {{static_cast<ExtensionType>(800), "later"}, {static_cast<ExtensionType>(700), "earlier"}};
  draft.attributes = {{"late", "true"}};
  const Draft kept = draft;
  const Entry entry = add(std::move(draft)).entry;
  EXPECT_EQ(entry.core.kind, EntryKind::text);
  EXPECT_EQ(entry.core.flags, flag_late);
  EXPECT_EQ(entry.core.sender, patient.user);
  EXPECT_EQ(entry.core.sender_role, patient.role);
  EXPECT_EQ(entry.core.key, kept.key);
  EXPECT_EQ(entry.body->text, "Hello");
  EXPECT_EQ(entry.body->client_message_id, "m-9");
  EXPECT_EQ(entry.body->message_type, MessageType::system);
  EXPECT_EQ(entry.body->attributes, kept.attributes);
  ASSERT_EQ(entry.core.extensions.size(), 2u);
  EXPECT_EQ(entry.core.extensions[0], kept.extensions[1]) << "extensions are put in order of their types";
}

TEST_F(ChainTest, what_is_encoded_decodes_to_the_entry) {
  const Chained chained = add_text(doctor, "one");
  const auto entry = decode_entry(chained.encoded);
  ASSERT_TRUE(entry);
  EXPECT_EQ(entry->core, chained.entry.core);
  EXPECT_EQ(entry->body, chained.entry.body);
  EXPECT_EQ(entry->trailer, chained.entry.trailer);
}

TEST_F(ChainTest, every_entry_of_every_kind_has_a_fresh_salt) {
  const Chained text = add_text(doctor, "one");
  Draft ended;
  ended.kind = EntryKind::ended;
  const Chained end = add(std::move(ended));
  EXPECT_NE(text.entry.body->salt, Secret32{});
  EXPECT_NE(end.entry.body->salt, Secret32{});
  EXPECT_NE(text.entry.body->salt, end.entry.body->salt);
}

TEST_F(ChainTest, time_never_goes_back_inside_a_session) {
  EXPECT_EQ(add_text(doctor, "one", start + milliseconds{50}).entry.core.timestamp, start + milliseconds{50});
  EXPECT_EQ(add_text(doctor, "two", start + milliseconds{49}).entry.core.timestamp, start + milliseconds{50});
  EXPECT_EQ(add_text(doctor, "three", start + milliseconds{50}).entry.core.timestamp, start + milliseconds{50});
  EXPECT_EQ(add_text(doctor, "four", start + milliseconds{51}).entry.core.timestamp, start + milliseconds{51});
}

TEST_F(ChainTest, ids_increase_even_when_the_clock_goes_back) {
  ObjectId last;
  for (const int offset_ms : {0, 5'000, -3'600'000, 5'000, 5'001, 0}) {
    const ObjectId id = add_text(doctor, "text", start + milliseconds{offset_ms}).entry.core.id;
    EXPECT_GT(id, last);
    EXPECT_EQ(address_of(id).session, session_number);
    EXPECT_EQ(address_of(id).seq, head_.seq);
    last = id;
  }
}

TEST_F(ChainTest, the_digest_covers_predecessor_and_core) {
  const Head before = head_;
  const Chained chained = add_text(doctor, "one");
  EXPECT_EQ(head_.digest, next_digest(before.digest, chained.encoded.core));
  EXPECT_EQ(head_.digest, sha256({view_of(before.digest), chained.encoded.core}));
  EXPECT_EQ(chained.entry.trailer.digest, head_.digest);
}

TEST_F(ChainTest, the_last_seq_can_be_taken_and_no_more) {
  head_.seq = limits::seq_max - 1;
  EXPECT_EQ(add_text(doctor, "last").entry.core.seq, limits::seq_max);
  EXPECT_DEATH(add_text(doctor, "one too many"), "assertion failed");
}

TEST_F(ChainTest, an_entry_beyond_64_kibibytes_is_our_own_mistake) {
  EXPECT_DEATH(add_text(doctor, std::string(limits::entry_bytes_max - 250, 'x') + std::string(250, 'y')), "assertion failed");
}

TEST_F(ChainTest, texts_are_counted_by_role_in_code_points) {
  add_text(doctor, "abc", start);
  add_text(patient, "\xf0\x9f\x99\x82\xc3\xbc", start + milliseconds{7});
  add_text(doctor, "de", start + milliseconds{9});
  EXPECT_EQ(counters().texts_ever, 3u);
  EXPECT_EQ(counters().deletions, 0u);
  EXPECT_EQ(counters().first_live_text, start);
  EXPECT_EQ(counters().last_live_text, start + milliseconds{9});
  EXPECT_EQ(counters().roles, (decltype(Counters::roles){{doctor.role, 2, 5}, {patient.role, 1, 2}}));
}

TEST_F(ChainTest, roles_stand_in_order_of_first_appearance) {
  add_text(patient, "first");
  add_text(doctor, "second");
  EXPECT_EQ(counters().roles[0].role, patient.role);
  EXPECT_EQ(counters().roles[1].role, doctor.role);
}

TEST_F(ChainTest, late_adopted_and_system_texts_count_as_texts) {
  for (const std::uint8_t flags : {flag_late, flag_adopted}) {
    Draft draft = text_draft(doctor, "x");
    draft.flags = flags;
    draft.message_type = MessageType::system;
    add(std::move(draft));
  }
  EXPECT_EQ(counters().texts_ever, 2u);
  EXPECT_EQ(counters().roles[0].live_texts, 2u);
}

TEST_F(ChainTest, no_other_kind_counts) {
  for (int kind = 1; kind < 256; ++kind) {
    const auto entry_kind = static_cast<EntryKind>(kind);
    if (entry_kind == EntryKind::text || entry_kind == EntryKind::deleted) continue;
    Draft draft;
    draft.kind = entry_kind;
    draft.text = "not a text";
    add(std::move(draft));
  }
  EXPECT_EQ(counters(), Counters{});
}

TEST_F(ChainTest, a_deletion_takes_its_text_out) {
  add_text(doctor, "abc", start);
  add_text(patient, "defgh", start + milliseconds{5});
  add_deletion({doctor.role, 3, start + milliseconds{5}, start + milliseconds{5}});
  EXPECT_EQ(counters().texts_ever, 2u);
  EXPECT_EQ(counters().deletions, 1u);
  EXPECT_EQ(counters().live_texts(), 1u);
  EXPECT_EQ(counters().first_live_text, start + milliseconds{5});
  EXPECT_EQ(counters().last_live_text, start + milliseconds{5});
  EXPECT_EQ(counters().roles, (decltype(Counters::roles){{doctor.role, 0, 0}, {patient.role, 1, 5}}));
}

TEST_F(ChainTest, after_the_last_deletion_there_is_no_first_and_no_last_text) {
  add_text(doctor, "abc");
  add_deletion({doctor.role, 3, std::nullopt, std::nullopt});
  EXPECT_EQ(counters().live_texts(), 0u);
  EXPECT_FALSE(counters().first_live_text);
  EXPECT_FALSE(counters().last_live_text);
  add_text(patient, "again", start + milliseconds{9});
  EXPECT_EQ(counters().first_live_text, start + milliseconds{9});
}

TEST_F(ChainTest, a_deletion_that_does_not_fit_the_counters_is_our_own_mistake) {
  add_text(doctor, "abc");
  EXPECT_DEATH(add_deletion({doctor.role, 4, std::nullopt, std::nullopt}), "assertion failed");
  EXPECT_DEATH(add_deletion({patient.role, 0, std::nullopt, std::nullopt}), "assertion failed");
  EXPECT_DEATH(add_deletion({doctor.role, 3, start, start}), "assertion failed");
}

TEST_F(ChainTest, a_deletion_is_given_for_kind_deleted_and_only_then) {
  add_text(doctor, "abc");
  Draft deleted;
  deleted.kind = EntryKind::deleted;
  EXPECT_DEATH(add(deleted), "assertion failed");
  EXPECT_DEATH(add(text_draft(doctor, "x"), start, Deletion{doctor.role, 3, std::nullopt, std::nullopt}), "assertion failed");
}

TEST_F(ChainTest, every_trailer_carries_the_counters_after_its_entry) {
  const Chained first = add_text(doctor, "abc");
  const Chained second = add_text(doctor, "de");
  EXPECT_EQ(first.entry.trailer.counters.texts_ever, 1u);
  EXPECT_EQ(second.entry.trailer.counters.texts_ever, 2u);
  EXPECT_EQ(second.entry.trailer.counters, counters());
}

/// Verifies a whole log from its genesis. Returns the seq of the first entry that does not follow, or 0 if all do.
std::uint32_t first_bad_seq(const std::vector<EncodedEntry>& log) {
  Head head = genesis(example::session_id);
  for (const EncodedEntry& encoded : log) {
    if (!verify_link(head, encoded)) return encoded.seq;
    head = head_after(decode_entry(encoded).value());
  }
  return 0;
}

std::vector<EncodedEntry> encoded_log() {
  std::vector<EncodedEntry> log;
  for (const auto& [name, chained] : example::whole_log()) log.push_back(chained.encoded);
  return log;
}

/// `entry` with another core and a valid checksum, as an attacker with write access to the files could make it.
EncodedEntry forged(const EncodedEntry& entry, const Core& core) {
  EncodedEntry result = entry;
  result.core = encode_core(core);
  result.trailer = encode_trailer(decode_trailer(entry.trailer, entry.core, entry.body).value(), result.core, entry.body);
  return result;
}

TEST(Chain, of_the_example_log_verifies_with_emptied_bodies_in_it) {
  EXPECT_EQ(first_bad_seq(encoded_log()), 0u);
}

TEST(Chain, verifies_after_every_body_was_emptied) {
  auto log = encoded_log();
  for (EncodedEntry& entry : log) entry = emptied(entry).value();
  EXPECT_EQ(first_bad_seq(log), 0u);
}

TEST(Chain, links_are_verified_in_both_directions) {
  const auto log = encoded_log();
  const Head at_3 = head_after(decode_entry(log[2]).value());
  EXPECT_TRUE(verify_link(at_3, log[3]));
  expect_damaged(verify_link(at_3, log[2]), "entry 3 after 3, offset 3: expected seq 4");
  expect_damaged(verify_link(at_3, log[4]), "entry 5 after 3, offset 3: expected seq 4");
}

TEST(Chain, a_missing_a_repeated_and_a_swapped_entry_are_named) {
  const auto whole = encoded_log();
  auto log = whole;
  log.erase(log.begin() + 4);
  EXPECT_EQ(first_bad_seq(log), 6u);
  log = whole;
  log.insert(log.begin() + 4, whole[3]);
  EXPECT_EQ(first_bad_seq(log), 4u);
  log = whole;
  std::swap(log[4], log[5]);
  EXPECT_EQ(first_bad_seq(log), 6u);
}

TEST(Chain, a_changed_core_with_a_fitting_checksum_is_named) {
  for (std::size_t index = 0; index < encoded_log().size(); ++index) {
    auto log = encoded_log();
    Core core = decode_core(log[index].core).value();
    core.sender = *UserId::parse("somebody else");
    log[index] = forged(log[index], core);
    EXPECT_TRUE(verify_checksum(log[index]));
    EXPECT_EQ(first_bad_seq(log), index + 1);
  }
}

TEST(Chain, an_entry_of_another_session_does_not_follow) {
  Head other = genesis(SessionId{});
  CountingEntropy entropy;
  const Chained foreign = chain(other, session_number, timed(text_draft(doctor, "x")), entropy);
  expect_damaged(verify_link(genesis(example::session_id), foreign.encoded), "expected the digest of the chain");
}

TEST(Chain, an_entry_that_follows_another_past_does_not_follow) {
  CountingEntropy entropy;
  Head seen = genesis(example::session_id);
  Head rebuilt = genesis(example::session_id);
  static_cast<void>(chain(seen, session_number, timed(text_draft(doctor, "three")), entropy));
  static_cast<void>(chain(rebuilt, session_number, timed(text_draft(doctor, "another three")), entropy));
  EXPECT_EQ(seen.seq, rebuilt.seq);
  EXPECT_NE(seen.position(), rebuilt.position());
  const Chained next = chain(rebuilt, session_number, timed(text_draft(doctor, "four")), entropy);
  expect_damaged(verify_link(seen, next.encoded), "expected the digest of the chain");
}

TEST(Chain, a_time_before_its_predecessor_is_refused) {
  auto log = encoded_log();
  Head head = head_after(decode_entry(log[2]).value());
  head.timestamp += std::chrono::hours{1};
  expect_damaged(verify_link(head, log[3]), "a time not before its predecessor's");
}

TEST(Chain, an_entry_kept_under_another_seq_is_refused) {
  auto log = encoded_log();
  log[0].seq = 2;
  expect_damaged(verify_link(genesis(example::session_id), log[0]), "expected seq 1");
}

TEST(Chain, a_damaged_entry_is_refused_before_its_digest_is_looked_at) {
  auto log = encoded_log();
  log[0].trailer[3] = static_cast<char>(log[0].trailer[3] ^ 1);
  expect_damaged(verify_link(genesis(example::session_id), log[0]), "the checksum of core, body and trailer");
  log = encoded_log();
  log[0].core[0] = '\1';
  expect_damaged(verify_link(genesis(example::session_id), log[0]), "entry version 2");
}

TEST(Chain, a_long_log_of_random_texts_and_deletions_keeps_its_counters) {
  struct Live {
    Role role;
    std::uint64_t code_points;
    Timestamp time;
  };
  std::vector<Live> live;
  Head head = genesis(example::session_id);
  CountingEntropy entropy;
  std::uint32_t random = 12'345;
  for (int round = 0; round < 400; ++round) {
    random = random * 1'664'525 + 1'013'904'223;
    const Timestamp now = start + milliseconds{round * 10};
    if (random >> 30 != 0 || live.empty()) {
      const Participant& sender = (random >> 20) % 2 == 0 ? doctor : patient;
      const std::size_t length = (random >> 10) % 50 + 1;
      static_cast<void>(chain(head, session_number, timed(text_draft(sender, std::string(length, 'x')), now), entropy));
      live.push_back({sender.role, length, now});
    } else {
      const auto target = live.begin() + static_cast<std::ptrdiff_t>((random >> 8) % live.size());
      Deletion deletion{target->role, target->code_points, std::nullopt, std::nullopt};
      live.erase(target);
      if (!live.empty()) deletion.first_live_text = live.front().time;
      if (!live.empty()) deletion.last_live_text = live.back().time;
      Draft draft;
      draft.kind = EntryKind::deleted;
      draft.deletion = deletion;
      static_cast<void>(chain(head, session_number, timed(std::move(draft), now), entropy));
    }
    std::uint64_t texts = 0;
    std::uint64_t code_points = 0;
    for (const RoleCounter& counter : head.counters.roles) texts += counter.live_texts, code_points += counter.live_code_points;
    std::uint64_t expected_code_points = 0;
    for (const Live& text : live) expected_code_points += text.code_points;
    ASSERT_EQ(head.counters.live_texts(), live.size());
    ASSERT_EQ(texts, live.size());
    ASSERT_EQ(code_points, expected_code_points);
    ASSERT_EQ(head.counters.first_live_text, live.empty() ? std::nullopt : std::optional(live.front().time));
    ASSERT_EQ(head.counters.last_live_text, live.empty() ? std::nullopt : std::optional(live.back().time));
  }
  EXPECT_GT(head.counters.deletions, 50u);
}

}  // namespace
}  // namespace parley::domain
