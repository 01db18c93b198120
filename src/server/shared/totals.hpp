// Counts of Engine.IO sessions over all loops. Changed when a session opens or closes or a CONNECT is refused, read by any thread.
#pragma once

#include <atomic>
#include <cstdint>

namespace parley::server {

struct SessionTotals {
  std::atomic<std::uint64_t> open = 0;
  std::atomic<std::uint64_t> opened = 0;
  std::atomic<std::uint64_t> peak = 0;
  std::atomic<std::uint64_t> refused = 0;

  void count_open() {
    opened.fetch_add(1, std::memory_order_relaxed);
    const std::uint64_t now = open.fetch_add(1, std::memory_order_relaxed) + 1;
    std::uint64_t highest = peak.load(std::memory_order_relaxed);
    while (highest < now && !peak.compare_exchange_weak(highest, now, std::memory_order_relaxed)) {
    }
  }
  void count_closed() { open.fetch_sub(1, std::memory_order_relaxed); }
};

}  // namespace parley::server
