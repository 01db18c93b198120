// Assertions stay on in every build, name the broken condition, and evaluate their argument once.
#include "base/assert.hpp"

#include <gtest/gtest.h>

namespace parley {
namespace {

TEST(Assert, what_holds_costs_one_evaluation) {
  int evaluations = 0;
  PARLEY_ASSERT(++evaluations == 1);
  EXPECT_EQ(evaluations, 1);
}

TEST(AssertDeathTest, what_does_not_hold_ends_the_process_and_says_where) {
  const int two = 2;
  EXPECT_DEATH(PARLEY_ASSERT(two == 3), "assertion failed: two == 3 \\(.*assert_test.cpp:[0-9]+\\)");
}

}  // namespace
}  // namespace parley
