// How many there are of a kind, in all and of each address, while nobody has vouched for them: connections that no session was let in on,
// sessions before their CONNECT is accepted (docs/adr/0016).
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
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
    Place(Guests& guests, std::string key) : taken_(std::make_unique<Taken>(guests, std::move(key))) {}
    Place(Place&& other) noexcept = default;
    Place& operator=(Place&& other) noexcept {
      std::swap(taken_, other.taken_);
      return *this;
    }
    ~Place() { leave(); }

    void leave() {
      if (const auto taken = std::exchange(taken_, nullptr)) taken->guests.forget(taken->key);
    }
    [[nodiscard]] bool is_taken() const { return taken_ != nullptr; }
    /// Of the address; empty where addresses are not counted. The place must be taken.
    [[nodiscard]] const std::string& key() const { return taken_->key; }

   private:
    struct Taken {
      Guests& guests;
      std::string key;
    };
    std::unique_ptr<Taken> taken_;  // most connections are no guests any more: those pay for a pointer
  };

  enum class Full : std::uint8_t { total, address };
  /// `key`: of protocol::http::client_key; empty: not counted by address, for it is a proxy's.
  [[nodiscard]] std::expected<Place, Full> enter(std::string key);
  [[nodiscard]] std::size_t size() const;

 private:
  void forget(const std::string& key);

  const Bounds bounds_;
  mutable std::mutex mutex_;
  std::size_t size_ = 0;                                     // guarded by mutex_
  std::unordered_map<std::string, std::size_t> of_address_;  // guarded by mutex_
};

}  // namespace parley::server
