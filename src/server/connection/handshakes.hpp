// Bounds the Engine.IO sessions whose CONNECT has not been accepted yet, in all and by address, over all loops. If there are too many, the
// oldest gives way to a newcomer once it has had its time (docs/adr/0016).
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "base/clock.hpp"
#include "server/connection/address_counts.hpp"

namespace parley::server {

/// Threads: any. It must outlive its slots.
class Handshakes {
 private:
  struct Taken;

 public:
  struct Bounds {
    std::size_t total;
    std::size_t per_address;
    std::chrono::milliseconds grace;  // a younger one never gives way
  };
  explicit Handshakes(Bounds bounds) : bounds_(bounds), of_address_(bounds.per_address) {}

  /// The slot of one session. Destroying it frees the slot.
  class Slot {
   public:
    Slot() = default;
    Slot(Handshakes& handshakes, std::list<Taken>::iterator taken) : handshakes_(&handshakes), taken_(taken) {}
    Slot(Slot&& other) noexcept : handshakes_(std::exchange(other.handshakes_, nullptr)), taken_(other.taken_) {}
    Slot& operator=(Slot&& other) noexcept {
      std::swap(handshakes_, other.handshakes_);
      std::swap(taken_, other.taken_);
      return *this;
    }
    ~Slot() { leave(); }

    void leave() {
      if (auto* const handshakes = std::exchange(handshakes_, nullptr)) handshakes->forget(taken_);
    }
    /// Only a session with `give_way` gives way. It is called at most once, on any thread, and the slot is free by then.
    void let_give_way(std::function<void()> give_way) {
      if (handshakes_ != nullptr) handshakes_->let_give_way(taken_, std::move(give_way));
    }

   private:
    Handshakes* handshakes_ = nullptr;
    std::list<Taken>::iterator taken_;
  };

  struct Entered {
    Slot slot;
    bool took_the_place_of_another = false;
  };
  enum class Full : std::uint8_t { total, address };
  /// `key`: from protocol::http::client_key; empty: not counted by address, because it is a proxy's.
  [[nodiscard]] std::expected<Entered, Full> enter(std::string key, SteadyTime now);
  [[nodiscard]] std::size_t size() const;

 private:
  struct Taken {
    std::string key;
    SteadyTime since{};
    std::function<void()> give_way{};
    bool gave_way = false;
  };
  void let_give_way(std::list<Taken>::iterator taken, std::function<void()> give_way);
  void forget(std::list<Taken>::iterator taken);
  [[nodiscard]] std::list<Taken>::iterator oldest(const std::string& key, SteadyTime now);

  const Bounds bounds_;
  mutable std::mutex mutex_;
  std::list<Taken> taken_;     // guarded by mutex_; oldest first
  std::list<Taken> gave_way_;  // guarded by mutex_; not counted; their sessions are about to end
  AddressCounts of_address_;   // guarded by mutex_; of taken_
};

}  // namespace parley::server
