// A BoundedMap for many threads. Each key belongs to one of several shards, and each shard has a lock, so that threads rarely wait.
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <mutex>
#include <utility>

#include "base/bounded_map.hpp"

namespace parley {

/// Limits   `size_max` is shared out evenly, and a full shard drops its own oldest value, also while other shards have room.
/// Cost     A call of `with` takes one lock. The key is hashed once, although it selects the shard and is looked up there.
/// Threads  Any.
template <typename Key, typename Value, typename Hash = std::hash<Key>>
class ShardedMap {
 public:
  using Map = BoundedMap<Key, Value, Hash>;
  static constexpr std::size_t shard_count = 16;

  explicit ShardedMap(std::size_t size_max) : ShardedMap(size_max / shard_count, std::make_index_sequence<shard_count>()) {}

  /// Returns `function(map, hashed_key)`. The lock of the shard is held during the call, so the function returns values, not pointers into
  /// the map, and does not call this table.
  template <typename Lookup, typename Function>
  auto with(const Lookup& key, Function&& function) {
    const auto hashed = Map::hashed(key);
    Shard& shard = shards_[hashed.hash % shard_count];
    const std::lock_guard lock(shard.mutex);
    return std::invoke(std::forward<Function>(function), shard.map, hashed);
  }
  template <typename Lookup, typename Function>
  auto with(const Lookup& key, Function&& function) const {
    const auto hashed = Map::hashed(key);
    const Shard& shard = shards_[hashed.hash % shard_count];
    const std::lock_guard lock(shard.mutex);
    return std::invoke(std::forward<Function>(function), shard.map, hashed);
  }
  /// The shards are counted one after the other.
  [[nodiscard]] std::size_t size() const {
    std::size_t size = 0;
    for (const Shard& shard : shards_) {
      const std::lock_guard lock(shard.mutex);
      size += shard.map.size();
    }
    return size;
  }

 private:
  struct Shard {
    explicit Shard(std::size_t size_max) : map(size_max) {}
    mutable std::mutex mutex;
    Map map;  // guarded by mutex
  };
  // Shards cannot be moved, so the array makes each of them in its place.
  template <std::size_t... index>
  ShardedMap(std::size_t shard_size_max, std::index_sequence<index...>) : shards_{(static_cast<void>(index), Shard(shard_size_max))...} {}

  std::array<Shard, shard_count> shards_;
};

}  // namespace parley
