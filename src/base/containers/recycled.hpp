// Memory for objects that come and go with every message: a block that is freed serves the next object of its type.
#pragma once

#include <cstddef>
#include <new>
#include <vector>

namespace parley {

/// Base class of T, which must be final. Each thread keeps the blocks that it frees, up to `kept_max`.
/// Sanitizers see every block as taken and freed.
template <typename T>
class Recycled {
 public:
  static void* operator new(std::size_t size) {
    if (Blocks& blocks = of_this_thread(); !blocks.free.empty()) {
      void* block = blocks.free.back();
      blocks.free.pop_back();
      return block;
    }
    return ::operator new(size);
  }
  static void operator delete(void* block) {
    Blocks& blocks = of_this_thread();
    if (blocks.free.size() >= kept_max) return ::operator delete(block);
    blocks.free.push_back(block);
  }

 private:
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  static constexpr std::size_t kept_max = 0;
#else
  static constexpr std::size_t kept_max = 256;
#endif
  struct Blocks {
    std::vector<void*> free;
    ~Blocks() {
      for (void* block : free) ::operator delete(block);
    }
  };
  static Blocks& of_this_thread() {
    thread_local Blocks blocks;
    return blocks;
  }
};

}  // namespace parley
