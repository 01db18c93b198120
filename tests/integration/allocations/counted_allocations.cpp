#include "integration/allocations/counted_allocations.hpp"

#include <atomic>
#include <cstdlib>
#include <new>
#include <thread>

namespace parley::test {
namespace {

// Before each block. 16 bytes, so that the block keeps the alignment of malloc.
struct alignas(16) BlockHead {
  std::uint64_t owner;
};

std::atomic<std::uint64_t> next_thread = 1;
std::atomic<std::uint64_t> counted_thread = 0;  // 0: nothing is counted
std::atomic<std::uint64_t> taken = 0;
std::atomic<std::uint64_t> taken_bytes = 0;
std::atomic<std::uint64_t> freed_elsewhere = 0;

std::uint64_t this_thread() {
  thread_local const std::uint64_t number = next_thread.fetch_add(1);
  return number;
}

void* take(std::size_t size) {
  auto* head = static_cast<BlockHead*>(std::malloc(sizeof(BlockHead) + size));
  if (head == nullptr) throw std::bad_alloc();
  head->owner = this_thread();
  if (head->owner == counted_thread.load(std::memory_order_relaxed)) {
    taken.fetch_add(1, std::memory_order_relaxed);
    taken_bytes.fetch_add(size, std::memory_order_relaxed);
  }
  return head + 1;
}

void give_back(void* block) {
  if (block == nullptr) return;
  BlockHead* head = static_cast<BlockHead*>(block) - 1;
  const std::uint64_t counted = counted_thread.load(std::memory_order_relaxed);
  if (counted != 0 && head->owner == counted && this_thread() != counted) freed_elsewhere.fetch_add(1, std::memory_order_relaxed);
  std::free(head);
}

}  // namespace

void begin_counting() {
  taken = 0;
  taken_bytes = 0;
  freed_elsewhere = 0;
  counted_thread = this_thread();
}

AllocationCount end_counting() {
  counted_thread = 0;
  return {taken, taken_bytes, freed_elsewhere};
}

}  // namespace parley::test

void* operator new(std::size_t size) {
  return parley::test::take(size);
}
void operator delete(void* block) noexcept {
  parley::test::give_back(block);
}
void operator delete(void* block, std::size_t) noexcept {
  parley::test::give_back(block);
}
