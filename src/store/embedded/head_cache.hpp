// The heads of the logs that were written to lately, so that an append need not read. Least recently written go first; a head that is
// not here is read from the log. Owner: the committer's thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <unordered_map>
#include <utility>

#include "base/ids.hpp"
#include "domain/position.hpp"

namespace parley::store::embedded {

struct LogHead {
  domain::Position position;                // {0, 0}: no such log yet
  std::optional<std::uint32_t> watermark{};  // up to where keys are in their family; nothing: not read yet
};

class HeadCache {
 public:
  explicit HeadCache(std::size_t heads_max) : heads_max_(heads_max) {}

  /// Null when it is not known. The pointer holds until the next `put` or `trim`.
  [[nodiscard]] LogHead* find(SessionNumber session) {
    const auto found = places_.find(session);
    if (found == places_.end()) return nullptr;
    order_.splice(order_.end(), order_, found->second);
    return &found->second->second;
  }
  LogHead& put(SessionNumber session, LogHead head) {
    const auto place = order_.insert(order_.end(), {session, head});
    places_[session] = place;
    return place->second;
  }
  /// Between batches only: a head that the current batch has moved is nowhere else.
  void trim() {
    for (; order_.size() > heads_max_; order_.pop_front()) places_.erase(order_.front().first);
  }

 private:
  using Order = std::list<std::pair<SessionNumber, LogHead>>;
  const std::size_t heads_max_;
  Order order_;  // least recently written first
  std::unordered_map<SessionNumber, Order::iterator> places_;
};

}  // namespace parley::store::embedded
