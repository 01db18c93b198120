// The judge must detect every fault of a server: each test adds one fault to evidence that is otherwise perfect.
#include "load/witness.hpp"

#include <gtest/gtest.h>

#include <utility>

#include "load/random.hpp"

namespace parley::bench {
namespace {

ObjectId id_of(std::uint8_t number) {
  ObjectId id;
  id.bytes[11] = number;
  return id;
}

/// Two senders (numbers 6 and 7) take turns, and two members receive everything.
struct WitnessTest : testing::Test {
  WitnessTest() {
    evidence.first_sender = 6;
    evidence.acknowledged.resize(2);
    for (std::uint8_t place = 0; place < 20; ++place) {
      const MessageKey key{6u + place % 2, place / 2u};
      evidence.stored.push_back({id_of(place), key});
      evidence.acknowledged[place % 2].push_back(id_of(place));
    }
    evidence.heard = {evidence.stored, evidence.stored};
  }
  SessionEvidence evidence;
};

TEST_F(WitnessTest, perfect_evidence_is_clean) {
  const Verdict verdict = judge(evidence);
  EXPECT_TRUE(verdict.clean()) << verdict.to_string();
  EXPECT_EQ(verdict.stored, 20u);
  EXPECT_EQ(verdict.acknowledged, 20u);
  EXPECT_EQ(verdict.heard, 40u);
}

TEST_F(WitnessTest, an_acknowledged_message_that_is_not_stored_is_lost) {
  evidence.stored.erase(evidence.stored.begin() + 5);
  const Verdict verdict = judge(evidence);
  EXPECT_EQ(verdict.lost, 1u);
  EXPECT_EQ(verdict.foreign, 2u);  // both members received a message that is not stored
}

TEST_F(WitnessTest, the_last_message_lost_everywhere_is_still_noticed) {
  evidence.stored.pop_back();
  for (auto& heard : evidence.heard) heard.pop_back();
  EXPECT_EQ(judge(evidence).lost, 1u);
}

TEST_F(WitnessTest, a_message_that_one_member_did_not_hear_is_unheard) {
  evidence.heard[1].erase(evidence.heard[1].begin() + 3);
  const Verdict verdict = judge(evidence);
  EXPECT_EQ(verdict.unheard, 1u);
  EXPECT_EQ(verdict.lost, 0u);
  EXPECT_EQ(verdict.reordered, 0u);
}

TEST_F(WitnessTest, a_message_heard_twice_is_doubled) {
  evidence.heard[0].insert(evidence.heard[0].begin() + 4, evidence.heard[0][3]);
  EXPECT_EQ(judge(evidence).doubled, 1u);
}

TEST_F(WitnessTest, a_message_stored_twice_is_doubled) {
  Sighting again = evidence.stored[3];
  again.id = id_of(99);
  evidence.stored.push_back(again);
  EXPECT_EQ(judge(evidence).doubled, 1u);
}

TEST_F(WitnessTest, messages_heard_in_another_order_than_stored_are_reordered) {
  std::swap(evidence.heard[0][7], evidence.heard[0][8]);
  const Verdict verdict = judge(evidence);
  EXPECT_EQ(verdict.reordered, 1u);
  EXPECT_EQ(verdict.unheard, 0u);
}

TEST_F(WitnessTest, one_senders_messages_stored_in_another_order_than_sent_are_reordered) {
  std::swap(evidence.stored[4], evidence.stored[6]);  // both are messages of sender 6
  evidence.heard = {evidence.stored, evidence.stored};
  EXPECT_EQ(judge(evidence).reordered, 1u);
}

TEST_F(WitnessTest, two_senders_may_be_stored_in_either_order) {
  std::swap(evidence.stored[4], evidence.stored[5]);
  evidence.heard = {evidence.stored, evidence.stored};
  EXPECT_TRUE(judge(evidence).clean());
}

TEST_F(WitnessTest, a_message_heard_before_it_was_lost_is_foreign) {
  evidence.stored.erase(evidence.stored.begin());
  evidence.acknowledged[0][0].reset();  // no ack promised the message, but two members received it
  const Verdict verdict = judge(evidence);
  EXPECT_EQ(verdict.foreign, 2u);
  EXPECT_EQ(verdict.lost, 0u);
}

TEST_F(WitnessTest, a_stored_message_that_nobody_sent_is_foreign) {
  evidence.stored.push_back({id_of(99), {UINT32_MAX, UINT32_MAX}});
  EXPECT_EQ(judge(evidence).foreign, 1u);
}

TEST_F(WitnessTest, an_ack_or_echo_under_another_id_is_foreign) {
  evidence.acknowledged[0][2] = id_of(77);
  evidence.heard[1][9].id = id_of(78);
  EXPECT_EQ(judge(evidence).foreign, 2u);
}

TEST_F(WitnessTest, a_changed_text_is_altered_wherever_it_is_seen) {
  evidence.stored[2].text_true = false;
  evidence.heard[0][3].text_true = false;
  EXPECT_EQ(judge(evidence).altered, 2u);
}

TEST_F(WitnessTest, a_message_without_an_ack_may_be_stored_or_not) {
  evidence.acknowledged[1].emplace_back();  // sent, but refused or unanswered, and not stored
  evidence.acknowledged[0][0].reset();      // stored, but its ack never arrived
  EXPECT_TRUE(judge(evidence).clean());
}

TEST_F(WitnessTest, random_single_faults_are_never_called_clean) {
  const SessionEvidence perfect = evidence;
  Random random(11);
  for (int round = 0; round < 2'000; ++round) {
    evidence = perfect;
    auto& heard = evidence.heard[random.below(2)];
    const std::size_t place = random.below(19);
    switch (random.below(5)) {
      case 0:
        heard.erase(heard.begin() + static_cast<std::ptrdiff_t>(place));
        break;
      case 1:
        heard.push_back(heard[place]);
        break;
      case 2:
        std::swap(heard[place], heard[place + 1]);
        break;
      case 3:
        evidence.stored.erase(evidence.stored.begin() + static_cast<std::ptrdiff_t>(place));
        break;
      default:
        heard[place].text_true = false;
        break;
    }
    ASSERT_FALSE(judge(evidence).clean()) << "round " << round;
  }
}

TEST(Verdict, sums_and_says_what_it_found) {
  Verdict sum{.stored = 5, .lost = 1};
  sum.add({.stored = 2, .unheard = 2, .doubled = 3, .reordered = 4, .foreign = 5, .altered = 6});
  EXPECT_EQ(sum.stored, 7u);
  EXPECT_EQ(sum.to_string(), "1 lost, 2 unheard, 3 doubled, 4 reordered, 5 foreign, 6 altered");
  EXPECT_FALSE(sum.clean());
}

}  // namespace
}  // namespace parley::bench
