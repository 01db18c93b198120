// Tests each promise of RevocationRecord.
#include <gmock/gmock.h>

#include "contract/store_under_test.hpp"
#include "domain/error_code.hpp"

namespace parley::test {

using domain::Revocation;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class RevocationContract : public StoreContract {
 protected:
  static Revocation revocation(std::uint8_t token, std::optional<Timestamp> expires_at = std::nullopt) {
    Revocation made{.token = {}, .expires_at = expires_at};
    made.token[0] = token;
    made.token[31] = 0xff;
    return made;
  }
  std::shared_ptr<std::optional<Result<void>>> start(const Revocation& revoked) {
    auto outcome = std::make_shared<std::optional<Result<void>>>();
    store->revocations().revoke(loop, revoked, [outcome](Result<void> result) { *outcome = std::move(result); });
    EXPECT_FALSE(outcome->has_value()) << "inside the call";
    return outcome;
  }
  Result<void> revoke(const Revocation& revoked) {
    const auto outcome = start(revoked);
    EXPECT_TRUE(store->run_until(loop, [&] { return outcome->has_value(); }));
    return outcome->value_or(Result<void>());
  }
  std::vector<Revocation> kept() { return store->revocations().all_revocations().value(); }
};

INSTANTIATE_TEST_SUITE_P(Engines, RevocationContract, testing::ValuesIn(engines()), [](const auto& run) { return run.param.name; });

TEST_P(RevocationContract, what_was_revoked_stays_revoked) {
  EXPECT_THAT(kept(), IsEmpty());
  const Revocation forever = revocation(1);
  const Revocation for_a_while = revocation(2, clock.now() + std::chrono::hours(1));
  ASSERT_TRUE(revoke(forever));
  ASSERT_TRUE(revoke(for_a_while));
  EXPECT_THAT(kept(), UnorderedElementsAre(forever, for_a_while));
  store->reopen();
  store->log().attach(loop, outcomes);
  EXPECT_THAT(kept(), UnorderedElementsAre(forever, for_a_while));
}

TEST_P(RevocationContract, a_clock_that_was_ahead_brings_no_token_back) {
  const Revocation first = revocation(1, clock.now() + std::chrono::hours(1));
  const Revocation second = revocation(2, clock.now() + std::chrono::hours(25));
  ASSERT_TRUE(revoke(first));
  clock.set_ahead(std::chrono::days(1));
  store->reopen();
  store->log().attach(loop, outcomes);
  EXPECT_THAT(kept(), UnorderedElementsAre(first)) << "a process that begins with the wrong time must know it when the time is corrected";
  ASSERT_TRUE(revoke(second));
  clock.set_ahead({});
  EXPECT_THAT(kept(), UnorderedElementsAre(first, second));
  store->reopen();
  store->log().attach(loop, outcomes);
  EXPECT_THAT(kept(), UnorderedElementsAre(first, second));
}

TEST_P(RevocationContract, the_last_look_at_the_clock_is_kept) {
  EXPECT_EQ(*store->clock_record().last_clock_look(), std::nullopt);
  const store::ClockLook look{.at = clock.now(), .even_since = clock.now() - std::chrono::days(3)};
  store->clock_record().note_clock({.at = clock.now() - std::chrono::minutes(1), .even_since = look.even_since});
  store->clock_record().note_clock(look);
  store->reopen();
  store->log().attach(loop, outcomes);
  EXPECT_EQ(*store->clock_record().last_clock_look(), look);
}

TEST_P(RevocationContract, again_is_the_same_success) {
  ASSERT_TRUE(revoke(revocation(1)));
  ASSERT_TRUE(revoke(revocation(1)));
  EXPECT_EQ(kept().size(), 1u);
}

TEST_P(RevocationContract, is_not_told_before_it_is_durable) {
  store->hold();
  const auto outcome = start(revocation(1));
  loop.run_pending();
  EXPECT_FALSE(outcome->has_value());
  store->release();
  ASSERT_TRUE(store->run_until(loop, [&] { return outcome->has_value(); }));
  EXPECT_TRUE(outcome->value());
}

class LatchedRevocationContract : public RevocationContract {};

INSTANTIATE_TEST_SUITE_P(Engines, LatchedRevocationContract, testing::ValuesIn(engines_that_latch()),
                         [](const auto& run) { return run.param.name; });

TEST_P(LatchedRevocationContract, a_failed_sync_is_unknown_and_then_final) {
  store->break_sync();
  EXPECT_EQ(revoke(revocation(1)).error().code, ErrorCode::outcome_unknown);
  EXPECT_EQ(revoke(revocation(2)).error().code, ErrorCode::store_failed);
}

}  // namespace parley::test
