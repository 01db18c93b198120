#include "server/connection/outbound_queue.hpp"

#include <utility>
#include <vector>

#include "base/assert.hpp"
#include "base/limits.hpp"

namespace parley::server {

namespace {

constexpr std::size_t compact_above = 64 * 1024;
constexpr std::size_t first_bytes = 1024;  // enough for two events

/// The memory that queues of this thread do not need now.
std::vector<std::string>& spare_memory() {
  thread_local std::vector<std::string> spare;
  return spare;
}

}  // namespace

void OutboundQueue::take_memory() {
  if (auto& spare = spare_memory(); !spare.empty()) {
    bytes_ = std::move(spare.back());
    spare.pop_back();
    return;
  }
  bytes_.reserve(first_bytes);
}

void OutboundQueue::consume(std::size_t count) {
  PARLEY_ASSERT(count <= size());
  sent_ += count;
  if (sent_ == bytes_.size()) {
    clear();
  } else if (sent_ > compact_above && sent_ > bytes_.size() / 2) {
    bytes_.erase(0, sent_);
    sent_ = 0;
  }
}

void OutboundQueue::clear() {
  sent_ = 0;
  if (!has_memory()) return bytes_.clear();
  std::string memory;
  memory.swap(bytes_);  // assigning an empty string would keep the memory
  auto& spare = spare_memory();
  if (memory.capacity() > limits::outbound_memory_kept_bytes_max || spare.size() >= limits::outbound_memories_kept_max) return;
  memory.clear();
  spare.push_back(std::move(memory));
}

}  // namespace parley::server
