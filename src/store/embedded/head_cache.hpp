// The heads of the logs that were written to lately, so that an append need not read. Least recently written go first; a head that is
// not here is read from the log. Owner: the committer's thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/bytes.hpp"
#include "base/ids.hpp"
#include "domain/position.hpp"

namespace parley::store::embedded {

using KeyAt = std::pair<Key16, std::uint32_t>;  // an idempotency key and the seq it is at

struct LogHead {
  domain::Position position{};               // {0, 0}: no such log yet
  std::optional<std::uint32_t> watermark{};  // up to where keys are in their family; nothing: not read yet
  std::uint32_t keys_after = 0;              // `keys` holds those of every entry after this seq
  std::vector<KeyAt> keys{};
};

class HeadCache {
 public:
  HeadCache(std::size_t heads_max, std::size_t keys_max) : heads_max_(heads_max), keys_max_(keys_max) {}

  /// Null when it is not known. The pointer holds until `trim`.
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
  void add_keys(LogHead& head, const std::vector<KeyAt>& keys) {
    head.keys.insert(head.keys.end(), keys.begin(), keys.end());
    keys_ += keys.size();
  }
  /// Takes the keys out: they are in their family from now on, up to `watermark`.
  [[nodiscard]] std::vector<KeyAt> take_keys(LogHead& head, std::uint32_t watermark) {
    keys_ -= head.keys.size();
    head.watermark = watermark;
    head.keys_after = watermark;
    return std::exchange(head.keys, {});
  }
  /// Between batches only: a head that the current batch has moved is nowhere else.
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
  Order order_;  // least recently written first
  std::unordered_map<SessionNumber, Order::iterator> places_;
};

}  // namespace parley::store::embedded
