// What the user store says of users, for deployments whose identity comes from there (IdentitySource::directory): the asking, and what
// was said, remembered for a stated time.
//
// Stale    What is found was read at most limits::user_staleness ago; that there is no such user, at most limits::absent_user_staleness.
//          Ages count from before the store was asked, so what the store said later is never overtaken by what it said earlier.
// Shared   Several lookups of one user wait for one read.
// Limits   limits::users_cached_max are remembered, those that have been for the longest go first; limits::user_lookups_waiting_max wait
// for
//          one user, beyond: overloaded. Every read is a job of the reader pool, which is bounded.
// Threads  any; nothing is locked while the store is asked.
#pragma once

#include <array>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

#include "base/clock.hpp"
#include "base/event_loop.hpp"
#include "base/limits.hpp"
#include "base/result.hpp"
#include "domain/user.hpp"
#include "store/directory.hpp"
#include "store/session_log.hpp"

namespace parley::service {

/// Nothing: there is no such user.
using StoredUser = std::optional<domain::User>;

class StoredUsers {
 public:
  /// All must outlive it.
  StoredUsers(store::SessionLog& log, store::Directory& directory, const Clock& clock) : log_(log), directory_(directory), clock_(clock) {}

  /// What was said and is not stale; nothing: the store must be asked. Never blocks.
  [[nodiscard]] std::optional<StoredUser> find(const UserId& user) const;
  /// What was said last, however long ago: for answers that must be given though the store cannot be asked.
  [[nodiscard]] StoredUser last_known(const UserId& user) const;

  /// Asks the store and remembers. Blocking: for reader threads. Errors: those of store::Directory.
  [[nodiscard]] Result<StoredUser> read(const UserId& user);

  using Told = std::move_only_function<void(Result<StoredUser>)>;
  /// Has the store asked; `told` runs on `from`, never inside this call. Errors: overloaded, those of store::Directory.
  void look_up(EventLoop& from, const UserId& user, Told told);

  using AllTold = std::move_only_function<void(Result<std::vector<StoredUser>>)>;
  /// What is not stale, and for the rest one read job; in the order of `users`. `told` runs on `from`, inside this call or later.
  /// Errors: as look_up.
  void look_up_all(EventLoop& from, std::vector<UserId> users, AllTold told);

 private:
  struct Said {
    StoredUser user;
    SteadyTime asked_at{};
  };
  struct Shard {
    mutable std::mutex mutex;
    std::unordered_map<UserId, Said> users;  // guarded by mutex
    std::deque<UserId> by_age;               // guarded by mutex
  };
  struct Waiting {
    EventLoop* loop;
    Told told;
  };
  static constexpr std::size_t shard_count = 16;
  static constexpr std::size_t shard_users_max = limits::users_cached_max / shard_count;

  [[nodiscard]] const Shard& shard_of(const UserId& user) const { return shards_[std::hash<UserId>{}(user) % shard_count]; }
  [[nodiscard]] Shard& shard_of(const UserId& user) { return shards_[std::hash<UserId>{}(user) % shard_count]; }
  void remember(const UserId& user, Said said);
  [[nodiscard]] Result<std::vector<StoredUser>> read_all(const std::vector<UserId>& users);
  void tell(const UserId& user, const Result<StoredUser>& result);

  store::SessionLog& log_;
  store::Directory& directory_;
  const Clock& clock_;
  std::array<Shard, shard_count> shards_;
  std::mutex lookups_mutex_;
  std::unordered_map<UserId, std::vector<Waiting>> lookups_;  // guarded by lookups_mutex_; each has a read job or is about to
};

}  // namespace parley::service
