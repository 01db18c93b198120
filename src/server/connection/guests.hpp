// Counts guests of one kind, in total and by address, until they are signed in: connections without an admitted session, or sessions before
// their CONNECT is accepted (docs/adr/0016).
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "server/connection/address_counts.hpp"

namespace parley::server {

/// Threads: any. It must outlive its slots.
class Guests {
 public:
  struct Bounds {
    std::size_t total;
    std::size_t per_address;
  };
  explicit Guests(Bounds bounds) : total_(bounds.total), of_address_(bounds.per_address) {}

  /// The slot of one guest. Destroying it frees the slot.
  class Slot {
   public:
    Slot() = default;
    Slot(Guests& guests, std::string key) : taken_(std::make_unique<Taken>(guests, std::move(key))) {}
    Slot(Slot&& other) noexcept = default;
    Slot& operator=(Slot&& other) noexcept {
      std::swap(taken_, other.taken_);
      return *this;
    }
    ~Slot() { leave(); }

    void leave() {
      if (const auto taken = std::exchange(taken_, nullptr)) taken->guests.forget(taken->key);
    }
    [[nodiscard]] bool is_taken() const { return taken_ != nullptr; }
    /// The key of the address; empty where addresses are not counted. The slot must be taken.
    [[nodiscard]] const std::string& key() const { return taken_->key; }

   private:
    struct Taken {
      Guests& guests;
      std::string key;
    };
    std::unique_ptr<Taken> taken_;  // most connections are not guests any more: those pay only for a pointer
  };

  enum class Full : std::uint8_t { total, address };
  /// `key`: from protocol::http::client_key; empty: not counted by address, because it is a proxy's.
  [[nodiscard]] std::expected<Slot, Full> enter(std::string key);
  [[nodiscard]] std::size_t size() const;

 private:
  void forget(const std::string& key);

  const std::size_t total_;
  mutable std::mutex mutex_;
  std::size_t size_ = 0;      // guarded by mutex_
  AddressCounts of_address_;  // guarded by mutex_
};

}  // namespace parley::server
