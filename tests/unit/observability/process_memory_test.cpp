// The memory of this process, as the system reports it.
#include "observability/process_memory.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace parley::observability {
namespace {

TEST(ResidentBytes, grow_with_what_is_touched) {
  const auto before = resident_bytes();
  EXPECT_GT(before, 0u);
  constexpr std::size_t size = 64 * 1024 * 1024;
  std::vector<char> touched(size);
  std::ranges::fill(touched, 'x');
  EXPECT_GE(resident_bytes(), before + size / 2);
  EXPECT_EQ(touched.back(), 'x');
}

}  // namespace
}  // namespace parley::observability
