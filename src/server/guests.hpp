// How many there are of a kind, in all and of each address, while nobody has vouched for them: connections that no session was let in on,
// sessions before their CONNECT is accepted (docs/adr/0016).
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>

namespace parley::server {

/// Threads: any; it outlives its places.
class Guests {
 public:
  struct Bounds {
    std::size_t total;
    std::size_t per_address;
  };
  explicit Guests(Bounds bounds) : bounds_(bounds) {}

  /// One of them, until it goes.
  class Place {
   public:
    Place() = default;
    Place(Guests& guests, std::string key) : guests_(&guests), key_(std::move(key)) {}
    Place(Place&& other) noexcept : guests_(std::exchange(other.guests_, nullptr)), key_(std::move(other.key_)) {}
    Place& operator=(Place&& other) noexcept {
      std::swap(guests_, other.guests_);
      std::swap(key_, other.key_);
      return *this;
    }
    ~Place() { leave(); }

    void leave() {
      if (Guests* const guests = std::exchange(guests_, nullptr)) guests->forget(std::exchange(key_, {}));
    }
    [[nodiscard]] bool is_taken() const { return guests_ != nullptr; }
    /// Of the address; empty where addresses are not counted.
    [[nodiscard]] const std::string& key() const { return key_; }

   private:
    Guests* guests_ = nullptr;
    std::string key_;
  };

  enum class Full : std::uint8_t { total, address };
  /// `key`: of protocol::http::client_key; empty: not counted by address, for it is a proxy's.
  [[nodiscard]] std::expected<Place, Full> enter(std::string key);
  [[nodiscard]] std::size_t size() const;

 private:
  void forget(const std::string& key);

  const Bounds bounds_;
  mutable std::mutex mutex_;
  std::size_t size_ = 0;                                      // guarded by mutex_
  std::unordered_map<std::string, std::size_t> of_address_;  // guarded by mutex_
};

}  // namespace parley::server
