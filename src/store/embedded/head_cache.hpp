// The heads of the logs that were written recently, so that an append needs no read. The least recently used
// heads are dropped first. A head that is not cached is read from the log. Owner: the committer's thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/bytes.hpp"
#include "base/ids.hpp"
#include "domain/position.hpp"

namespace parley::store::embedded {

using KeyAt = std::pair<Key16, std::uint32_t>;  // an idempotency key and the seq of its entry

struct LogHead {
  domain::Position position{};               // {0, 0}: the log does not exist yet
  std::optional<std::uint32_t> watermark{};  // the keys up to this seq are in the family `keys`; empty: not read yet
  std::uint32_t keys_after = 0;              // `keys` holds the keys of all entries after this seq
  std::vector<KeyAt> keys{};
};

class HeadCache {
 public:
  HeadCache(std::size_t heads_max, std::size_t keys_max) : heads_max_(heads_max), keys_max_(keys_max) {}

  /// Null if the head is not cached. The pointer is valid until `trim`.
  [[nodiscard]] LogHead* find(SessionNumber session) {
    const auto found = places_.find(session);
    if (found == places_.end()) return nullptr;
    order_.splice(order_.end(), order_, found->second);
    return &found->second->second;
  }
  LogHead& put(SessionNumber session, LogHead head) {
    const auto place = order_.insert(order_.end(), {session, std::move(head)});
    places_[session] = place;
    return place->second;
  }
  void add_keys(LogHead& head, std::span<const KeyAt> keys) {
    head.keys.insert(head.keys.end(), keys.begin(), keys.end());
    keys_ += keys.size();
  }
  /// Takes the keys out, because the caller writes them to the family `keys`, up to `watermark`.
  [[nodiscard]] std::vector<KeyAt> take_keys(LogHead& head, std::uint32_t watermark) {
    keys_ -= head.keys.size();
    head.watermark = watermark;
    head.keys_after = watermark;
    return std::exchange(head.keys, {});
  }
  /// Call it between batches only: a head that the current batch moved exists nowhere else.
  void trim() {
    while (!order_.empty() && (order_.size() > heads_max_ || keys_ > keys_max_)) {
      keys_ -= order_.front().second.keys.size();
      places_.erase(order_.front().first);
      order_.pop_front();
    }
  }

 private:
  using Order = std::list<std::pair<SessionNumber, LogHead>>;
  const std::size_t heads_max_;
  const std::size_t keys_max_;
  std::size_t keys_ = 0;
  Order order_;  // least recently used first
  std::unordered_map<SessionNumber, Order::iterator> places_;
};

}  // namespace parley::store::embedded
