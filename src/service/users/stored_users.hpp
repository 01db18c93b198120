// Looks users up in the user store and remembers the answers for a fixed time. For deployments whose identity comes from this store
// (IdentitySource::directory).
//
// Stale    A user found was read at most limits::user_staleness ago, the absence of a user at most limits::absent_user_staleness ago.
//          Ages count from before the store was asked, so an older answer of the store never replaces a newer one.
// Shared   Several lookups of one user wait for one read.
// Limits   limits::users_cached_max users are remembered; the oldest are dropped first. limits::user_lookups_waiting_max lookups
//          wait for one user; above this, the answer is overloaded.
//          Every read is a job of the reader pool, which is bounded.
// Threads  any; nothing is locked while the store is asked.
#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

#include "base/clock.hpp"
#include "base/event_loop.hpp"
#include "base/limits.hpp"
#include "base/result.hpp"
#include "base/sharded_map.hpp"
#include "domain/user.hpp"
#include "store/store.hpp"

namespace parley::service {

/// Nothing: the user does not exist.
using StoredUser = std::optional<domain::User>;

class StoredUsers {
 public:
  /// All references must outlive it.
  StoredUsers(store::Store& store, const Clock& clock) : store_(store), clock_(clock) {}

  /// The last answer if it is not stale; nothing: the store must be asked. Never blocks.
  [[nodiscard]] std::optional<StoredUser> find(const UserId& user) const;
  /// The last answer of any age: for answers that must be given although the store cannot be asked.
  [[nodiscard]] StoredUser last_known(const UserId& user) const;

  /// Asks the store and remembers. Blocking: for reader threads. Errors: those of store::Directory.
  [[nodiscard]] Result<StoredUser> read(const UserId& user);

  using Told = std::move_only_function<void(Result<StoredUser>)>;
  /// Asks the store on a reader thread; `told` runs on `from`, never inside this call. Errors: overloaded, those of store::Directory.
  void look_up(EventLoop& from, const UserId& user, Told told);

  using AllTold = std::move_only_function<void(Result<std::vector<StoredUser>>)>;
  /// Answers in the order of `users`: users that are not stale from memory, the rest from one read job. `told` runs on `from`, inside this
  /// call or later. Errors: as look_up.
  void look_up_all(EventLoop& from, std::vector<UserId> users, AllTold told);

 private:
  struct Said {
    StoredUser user;
    SteadyTime asked_at{};
  };
  struct Waiting {
    EventLoop* loop;
    Told told;
  };

  void remember(const UserId& user, const Said& said);
  [[nodiscard]] Result<std::vector<StoredUser>> read_all(const std::vector<UserId>& users);
  void tell(const UserId& user, const Result<StoredUser>& result);

  store::Store& store_;
  const Clock& clock_;
  ShardedMap<UserId, Said> users_{limits::users_cached_max};
  std::mutex lookups_mutex_;
  std::unordered_map<UserId, std::vector<Waiting>> lookups_;  // guarded by lookups_mutex_; each has a read job or is about to
};

}  // namespace parley::service
