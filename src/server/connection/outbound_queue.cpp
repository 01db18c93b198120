#include "server/connection/outbound_queue.hpp"

#include "base/assert.hpp"

namespace parley::server {

namespace {
// An idle connection keeps no more than this: enough for one event, so steady traffic does not allocate (goal: 6 KB per connection).
constexpr std::size_t kept_bytes_max = 1024;
constexpr std::size_t compact_above = 64 * 1024;
}  // namespace

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
  if (bytes_.capacity() > kept_bytes_max) {
    std::string().swap(bytes_);  // assigning an empty string would keep the memory
  } else {
    bytes_.clear();
  }
}

}  // namespace parley::server
