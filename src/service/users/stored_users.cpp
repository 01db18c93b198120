#include "service/users/stored_users.hpp"

#include <utility>

#include "service/shared/read_then.hpp"
#include "service/shared/refusals.hpp"

namespace parley::service {

namespace {

/// As in a token, an e-mail or a name above its limit counts as absent. So does a role; the user then has none of the configured roles.
void leave_out_what_is_too_long(domain::User& user) {
  if (user.role.name.size() > limits::role_bytes_max) user.role.name.clear();
  if (user.email.size() > limits::email_bytes_max) user.email.clear();
  if (user.name.size() > limits::name_bytes_max) user.name.clear();
}

}  // namespace

std::optional<StoredUser> StoredUsers::find(const UserId& user) const {
  const SteadyTime now = clock_.steady_now();
  return users_.with(user, [now](const auto& users, const auto& key) -> std::optional<StoredUser> {
    const Said* const said = users.find(key);
    if (said == nullptr) return std::nullopt;
    const auto stale_after = said->user ? limits::user_staleness : limits::absent_user_staleness;
    if (now - said->asked_at >= stale_after) return std::nullopt;
    return std::make_optional<StoredUser>(said->user);
  });
}

StoredUser StoredUsers::last_known(const UserId& user) const {
  return users_.with(user, [](const auto& users, const auto& key) {
    const Said* const said = users.find(key);
    return said == nullptr ? std::nullopt : said->user;
  });
}

Result<StoredUser> StoredUsers::read(const UserId& user) {
  const SteadyTime asked_at = clock_.steady_now();
  auto stored = store_.directory().find_user(user);
  if (!stored) return stored;
  if (*stored) leave_out_what_is_too_long(**stored);
  remember(user, {*stored, asked_at});
  return stored;
}

void StoredUsers::remember(const UserId& user, const Said& said) {
  users_.with(user, [&said](auto& users, const auto& key) {
    const auto [known, is_new] = users.try_put(key, said);
    if (!is_new && known.asked_at <= said.asked_at) known = said;
  });
}

void StoredUsers::look_up(EventLoop& from, const UserId& user, Told told) {
  bool first = false;
  {
    const std::lock_guard lock(lookups_mutex_);
    std::vector<Waiting>& waiting = lookups_[user];
    if (waiting.size() >= limits::user_lookups_waiting_max) {
      from.post([told = std::move(told)]() mutable { told(std::unexpected(overloaded())); });
      return;
    }
    first = waiting.empty();
    waiting.push_back({&from, std::move(told)});
  }
  if (!first) return;
  const auto accepted = store_.log().read([this, user](store::LogReader&) { tell(user, read(user)); });
  if (!accepted) tell(user, std::unexpected(accepted.error()));
}

void StoredUsers::tell(const UserId& user, const Result<StoredUser>& result) {
  std::vector<Waiting> waiting;
  {
    const std::lock_guard lock(lookups_mutex_);
    waiting = std::move(lookups_.extract(user).mapped());
  }
  for (Waiting& each : waiting) each.loop->post([told = std::move(each.told), result]() mutable { told(std::move(result)); });
}

void StoredUsers::look_up_all(EventLoop& from, std::vector<UserId> users, AllTold told) {
  std::vector<StoredUser> known;
  for (const UserId& user : users) {
    auto fresh = find(user);
    if (!fresh) break;
    known.push_back(std::move(*fresh));
  }
  if (known.size() == users.size()) return told(std::move(known));
  read_then<std::vector<StoredUser>>(
      store_.log(), from, [this, users = std::move(users)](store::LogReader&) { return read_all(users); }, std::move(told));
}

Result<std::vector<StoredUser>> StoredUsers::read_all(const std::vector<UserId>& users) {
  std::vector<StoredUser> all;
  for (const UserId& user : users) {
    auto fresh = find(user);
    auto stored = fresh ? Result<StoredUser>(std::move(*fresh)) : read(user);
    if (!stored) return std::unexpected(std::move(stored.error()));
    all.push_back(std::move(*stored));
  }
  return all;
}

}  // namespace parley::service
