// Known users in memory, from which answers are filled. The directory has the rest.
//
// Threads: any; sharded by user, each shard locked. Bounded by limits::users_cached_max; above this, the oldest are dropped.
#pragma once

#include <array>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "base/limits.hpp"
#include "domain/user.hpp"

namespace parley::service {

class UserCache {
 public:
  [[nodiscard]] std::optional<domain::User> find(const UserId& user) const;
  enum class Change : bool { none, changed };
  /// From a verified token: the newest data there is.
  [[nodiscard]] Change put(const domain::User& user);
  /// From the directory: data from a token that arrived meanwhile is kept.
  void put_if_absent(const domain::User& user);

 private:
  struct Shard {
    mutable std::mutex mutex;
    std::unordered_map<UserId, domain::User> users;  // guarded by mutex
    std::deque<const UserId*> by_age;                // guarded by mutex: keys of users
  };
  static constexpr std::size_t shard_count = 16;
  static constexpr std::size_t shard_users_max = limits::users_cached_max / shard_count;

  [[nodiscard]] const Shard& shard_of(const UserId& user) const { return shards_[std::hash<UserId>{}(user) % shard_count]; }
  [[nodiscard]] Shard& shard_of(const UserId& user) { return shards_[std::hash<UserId>{}(user) % shard_count]; }
  static void add(Shard& shard, const domain::User& user);

  std::array<Shard, shard_count> shards_;
};

}  // namespace parley::service
