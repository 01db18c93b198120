#include "server/connection/guests.hpp"

namespace parley::server {

std::expected<Guests::Slot, Guests::Full> Guests::enter(std::string key) {
  const std::lock_guard lock(mutex_);
  if (size_ >= bounds_.total) return std::unexpected(Full::total);
  if (!key.empty()) {
    std::size_t& count = of_address_[key];
    if (count >= bounds_.per_address) return std::unexpected(Full::address);
    ++count;
  }
  ++size_;
  return Slot(*this, std::move(key));
}

std::size_t Guests::size() const {
  const std::lock_guard lock(mutex_);
  return size_;
}

void Guests::forget(const std::string& key) {
  const std::lock_guard lock(mutex_);
  --size_;
  const auto found = of_address_.find(key);
  if (found != of_address_.end() && --found->second == 0) of_address_.erase(found);
}

}  // namespace parley::server
