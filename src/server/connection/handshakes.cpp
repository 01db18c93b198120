#include "server/connection/handshakes.hpp"

#include "base/limits.hpp"

namespace parley::server {

std::expected<Handshakes::Entered, Handshakes::Full> Handshakes::enter(std::string key, SteadyTime now) {
  std::function<void()> give_way;
  std::list<Taken>::iterator entered;
  {
    const std::lock_guard lock(mutex_);
    const bool is_address_full = of_address_.is_full(key);
    if (is_address_full || taken_.size() >= bounds_.total) {
      const auto going = oldest(is_address_full ? key : std::string(), now);
      if (going == taken_.end()) return std::unexpected(is_address_full ? Full::address : Full::total);
      give_way = std::move(going->give_way);
      going->gave_way = true;
      of_address_.remove(going->key);
      gave_way_.splice(gave_way_.end(), taken_, going);
    }
    of_address_.add(key);
    entered = taken_.insert(taken_.end(), {std::move(key), now});
  }
  if (give_way) give_way();
  return Entered{Slot(*this, entered), static_cast<bool>(give_way)};
}

std::size_t Handshakes::size() const {
  const std::lock_guard lock(mutex_);
  return taken_.size();
}

void Handshakes::let_give_way(std::list<Taken>::iterator taken, std::function<void()> give_way) {
  const std::lock_guard lock(mutex_);
  taken->give_way = std::move(give_way);
}

void Handshakes::forget(std::list<Taken>::iterator taken) {
  const std::lock_guard lock(mutex_);
  if (!taken->gave_way) of_address_.remove(taken->key);
  (taken->gave_way ? gave_way_ : taken_).erase(taken);
}

/// Of this address; if `key` is empty, of all. A young one may be an honest client's, which needs a few round trips. If it gave way, a
/// crowd that comes at once would push out itself for ever.
std::list<Handshakes::Taken>::iterator Handshakes::oldest(const std::string& key, SteadyTime now) {
  std::size_t looked_at = 0;
  for (auto each = taken_.begin(); each != taken_.end(); ++each) {
    if (each->since + bounds_.grace > now || ++looked_at > limits::strangers_looked_at_max) break;
    if (each->give_way && (key.empty() || each->key == key)) return each;
  }
  return taken_.end();
}

}  // namespace parley::server
