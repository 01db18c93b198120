// The cache of verified tokens: it is bounded, and what is used stays.
#include "auth/jwt/verified_tokens.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "auth/jwt/claims.hpp"

namespace parley::auth {
namespace {

TEST(VerifiedTokens, what_is_used_survives_and_the_whole_stays_bounded) {
  VerifiedTokens tokens(16 * 2 * 4);  // eight in each shard
  const auto claims = std::make_shared<const Claims>(Claims{UserId{}, domain::User{}, {}, {}, {}});
  tokens.remember("kept", claims);
  std::size_t remembered = 0;
  for (int i = 0; i < 10'000; ++i) {
    tokens.remember("token " + std::to_string(i), claims);
    ASSERT_NE(tokens.find("kept"), nullptr);
  }
  for (int i = 0; i < 10'000; ++i)
    if (tokens.find("token " + std::to_string(i)) != nullptr) ++remembered;
  EXPECT_GT(remembered, 0U);
  EXPECT_LE(remembered, 16U * 2 * 4);
}

TEST(VerifiedTokens, a_token_that_was_never_remembered_is_not_found) {
  VerifiedTokens tokens;
  EXPECT_EQ(tokens.find("x"), nullptr);
}

}  // namespace
}  // namespace parley::auth
