#include "service/users/user_cache.hpp"

namespace parley::service {

std::optional<domain::User> UserCache::find(const UserId& user) const {
  const Shard& shard = shard_of(user);
  const std::lock_guard lock(shard.mutex);
  const auto found = shard.users.find(user);
  return found == shard.users.end() ? std::nullopt : std::optional(found->second);
}

UserCache::Change UserCache::put(const domain::User& user) {
  Shard& shard = shard_of(user.id);
  const std::lock_guard lock(shard.mutex);
  const auto found = shard.users.find(user.id);
  if (found == shard.users.end()) {
    add(shard, user);
    return Change::changed;
  }
  if (found->second == user) return Change::none;
  found->second = user;
  return Change::changed;
}

void UserCache::put_if_absent(const domain::User& user) {
  Shard& shard = shard_of(user.id);
  const std::lock_guard lock(shard.mutex);
  if (!shard.users.contains(user.id)) add(shard, user);
}

void UserCache::add(Shard& shard, const domain::User& user) {
  shard.by_age.push_back(&shard.users.emplace(user.id, user).first->first);
  if (shard.users.size() > shard_users_max) {
    shard.users.erase(shard.users.find(*shard.by_age.front()));
    shard.by_age.pop_front();
  }
}

}  // namespace parley::service
