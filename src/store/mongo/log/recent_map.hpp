// A map that keeps at most `size_max` values and drops the least recently used. Owner: the code that locks it.
#pragma once

#include <cstddef>
#include <list>
#include <unordered_map>
#include <utility>

namespace parley::store::mongo {

template <typename Key, typename Value>
class RecentMap {
 public:
  explicit RecentMap(std::size_t size_max) : size_max_(size_max) {}

  /// Null if the key is missing. The pointer is valid until the next `put`.
  [[nodiscard]] Value* find(const Key& key) {
    const auto found = places_.find(key);
    if (found == places_.end()) return nullptr;
    order_.splice(order_.end(), order_, found->second);
    return &found->second->second;
  }
  /// The key must be missing.
  void put(const Key& key, Value value) {
    places_[key] = order_.insert(order_.end(), {key, std::move(value)});
    if (order_.size() <= size_max_) return;
    places_.erase(order_.front().first);
    order_.pop_front();
  }

 private:
  using Order = std::list<std::pair<Key, Value>>;
  const std::size_t size_max_;
  Order order_;  // least recently used first
  std::unordered_map<Key, typename Order::iterator> places_;
};

}  // namespace parley::store::mongo
