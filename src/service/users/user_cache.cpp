#include "service/users/user_cache.hpp"

namespace parley::service {

std::optional<domain::User> UserCache::find(const UserId& user) const {
  return users_.with(user, [](const auto& users, const auto& key) -> std::optional<domain::User> {
    const domain::User* const known = users.find(key);
    return known == nullptr ? std::nullopt : std::optional(*known);
  });
}

UserCache::Change UserCache::put(const domain::User& user) {
  return users_.with(user.id, [&user](auto& users, const auto& key) {
    const auto [known, is_new] = users.try_put(key, user);
    if (is_new) return Change::changed;
    if (known == user) return Change::none;
    known = user;
    return Change::changed;
  });
}

void UserCache::put_if_absent(const domain::User& user) {
  users_.with(user.id, [&user](auto& users, const auto& key) { users.try_put(key, user); });
}

}  // namespace parley::service
