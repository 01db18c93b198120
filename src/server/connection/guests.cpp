#include "server/connection/guests.hpp"

namespace parley::server {

std::expected<Guests::Slot, Guests::Full> Guests::enter(std::string key) {
  const std::lock_guard lock(mutex_);
  if (size_ >= total_) return std::unexpected(Full::total);
  if (of_address_.is_full(key)) return std::unexpected(Full::address);
  of_address_.add(key);
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
  of_address_.remove(key);
}

}  // namespace parley::server
