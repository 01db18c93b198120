#include "service/shared/connection_table.hpp"

#include <algorithm>

#include "base/assert.hpp"

namespace parley::service {
namespace {

template <typename Map, typename Key>
std::size_t count_of(const Map& map, const Key& key) {
  const auto found = map.find(key);
  return found == map.end() ? 0 : found->second;
}

template <typename Map, typename Key>
void decrement(Map& map, const Key& key) {
  const auto found = map.find(key);
  PARLEY_ASSERT(found != map.end());
  if (--found->second == 0) map.erase(found);
}

bool reached(std::size_t count, std::size_t limit) {
  return limit != 0 && count >= limit;
}

}  // namespace

std::optional<std::string> ConnectionTable::refusal(const std::string& address) const {
  if (reached(total(), config_.connections_total_max)) return "Server at capacity, please try again later";
  if (reached(count_of(by_address_, address), config_.connections_per_address_max)) return "Too many connections from this IP address";
  return std::nullopt;
}

std::optional<std::string> ConnectionTable::check(const std::string& address) {
  const std::lock_guard lock(mutex_);
  return refusal(address);
}

std::optional<std::string> ConnectionTable::admit(const std::string& address, const UserId& user) {
  const std::lock_guard lock(mutex_);
  if (auto refused = refusal(address)) return refused;
  if (reached(count_of(by_user_, user), config_.connections_per_user_max)) return "Too many connections for this user";
  const std::uint64_t live = total_.fetch_add(1, std::memory_order_relaxed) + 1;
  peak_ = std::max(peak_, live);
  ++admitted_;
  recent_.note(clock_.now());
  ++by_address_[address];
  ++by_user_[user];
  return std::nullopt;
}

void ConnectionTable::release(const std::string& address, const UserId& user) {
  const std::lock_guard lock(mutex_);
  total_.fetch_sub(1, std::memory_order_relaxed);
  decrement(by_address_, address);
  decrement(by_user_, user);
}

ConnectionTable::Counts ConnectionTable::counts() const {
  const std::lock_guard lock(mutex_);
  return {admitted_, peak_, recent_.count(clock_.now())};
}

std::vector<Timestamp> ConnectionTable::recent() const {
  const std::lock_guard lock(mutex_);
  return recent_.newest(clock_.now());
}

bool ConnectionTable::crowded() const {
  return config_.connections_total_max != 0 && total() * 5 > config_.connections_total_max * 4;
}

}  // namespace parley::service
