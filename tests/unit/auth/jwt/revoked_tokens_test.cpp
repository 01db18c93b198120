// The table of revoked tokens: it forgets those that have expired, and never one that has not.
#include "auth/jwt/revoked_tokens.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <optional>

#include "base/limits.hpp"
#include "support/manual_clock.hpp"

namespace parley::auth {
namespace {

using namespace std::chrono_literals;

TEST(RevokedTokens, forget_the_dead_as_others_come_in) {
  RevokedTokens tokens;
  test::ManualClock clock;
  const Timestamp now = clock.now();
  const auto add = [&](std::uint32_t number, std::optional<Timestamp> expires_at) {
    domain::Revocation revocation{.token = {}, .expires_at = expires_at};
    std::memcpy(revocation.token.data(), &number, sizeof number);
    tokens.add(revocation, clock);
    EXPECT_TRUE(tokens.contains(revocation.token));
  };
  EXPECT_FALSE(tokens.contains({}));
  for (std::uint32_t number = 0; number < 10'000; ++number) {
    add(number, number % 10 == 0 ? std::nullopt : std::optional(now));
    if (number % 1'000 == 0) clock.advance(limits::revocation_margin);
  }
  EXPECT_GE(tokens.size(), 1'000u) << "those that never expire";
  EXPECT_LT(tokens.size(), 4'000u);
}

TEST(RevokedTokens, a_clock_that_was_ahead_brings_none_back) {
  RevokedTokens tokens;
  test::ManualClock clock;
  const auto add = [&](std::uint32_t number, Timestamp expires_at) {
    domain::Revocation revocation{.token = {}, .expires_at = expires_at};
    std::memcpy(revocation.token.data(), &number, sizeof number);
    tokens.add(revocation, clock);
  };
  const Timestamp soon = clock.now() + 1h;
  add(0, soon);
  clock.set_ahead(std::chrono::years(1));
  for (std::uint32_t number = 1; number < 10'000; ++number) add(number, soon);
  clock.set_ahead({});
  EXPECT_EQ(tokens.size(), 10'000u);
}

}  // namespace
}  // namespace parley::auth
