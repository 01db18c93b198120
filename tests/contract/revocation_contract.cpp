// RevocationRecord, promise by promise.
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
  std::vector<Revocation> kept() { return store->revocations().revocations().value(); }
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

TEST_P(RevocationContract, what_has_expired_is_forgotten) {
  ASSERT_TRUE(revoke(revocation(1, clock.now())));
  ASSERT_TRUE(revoke(revocation(2, clock.now() + std::chrono::milliseconds(1))));
  EXPECT_THAT(kept(), UnorderedElementsAre(revocation(2, clock.now() + std::chrono::milliseconds(1))));
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
