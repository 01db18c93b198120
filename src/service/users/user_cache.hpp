// Known users in memory, from which answers are filled. The directory has the rest.
//
// Limits   limits::users_cached_max users; above this, the oldest are dropped.
// Threads  any.
#pragma once

#include <optional>

#include "base/limits.hpp"
#include "base/sharded_map.hpp"
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
  ShardedMap<UserId, domain::User> users_{limits::users_cached_max};
};

}  // namespace parley::service
