// Replaces operator new and delete of this program by ones that count for threads that ask for it. A block remembers the thread that took
// it, so the count also tells of blocks that another thread freed.
#pragma once

#include <cstdint>

namespace parley::test {

struct AllocationCount {
  std::uint64_t taken = 0;
  std::uint64_t taken_bytes = 0;
  std::uint64_t freed_elsewhere = 0;  // taken by the counted thread at any time, freed by another one during the count
};

/// The allocations of one thread at a time. Both are called on that thread.
void begin_counting();
[[nodiscard]] AllocationCount end_counting();

}  // namespace parley::test
