// The bytes that one loop holds for its connections: half-read input, unsent output. Above the budget, the holder of the most bytes is cut:
// an attacker must hold much to do harm, and ordinary chat holds nothing between two turns (docs/adr/0016).
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <unordered_set>

#include "base/limits.hpp"
#include "server/loop/loop.hpp"

namespace parley::server {

class Holdings;

/// An object that holds bytes for a client. Owner: its loop.
class Holder {
 public:
  virtual ~Holder() = default;
  /// Ends the connection or session that it holds bytes for. Called in a task of its own, so no method of the holder is on the stack.
  virtual void give_up() = 0;
  /// The client's address, for the log.
  [[nodiscard]] virtual const std::string& address() const = 0;

  /// Holds more than the free amount: it sends or receives in bulk.
  [[nodiscard]] bool holds_much() const { return held_ != 0; }

 private:
  friend class Holdings;
  std::size_t held_ = 0;
};

/// Threads: the loop's.
class Holdings {
 public:
  using OnGivenUp = std::function<void(const std::string& address, std::size_t bytes)>;
  Holdings(Loop& loop, std::size_t bytes_max) : loop_(loop), bytes_max_(bytes_max) {}

  /// Sets the bytes held now. The first limits::held_bytes_free of each holder do not count. Set 0 before the holder is destroyed.
  void set(Holder& holder, std::size_t bytes) {
    const std::size_t counted = bytes > limits::held_bytes_free ? bytes : 0;
    if (counted != holder.held_) change(holder, counted);
  }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  void watch(OnGivenUp on_given_up) { on_given_up_ = std::move(on_given_up); }

 private:
  void change(Holder& holder, std::size_t counted);
  void relieve();

  Loop& loop_;
  const std::size_t bytes_max_;
  std::size_t bytes_ = 0;
  std::unordered_set<Holder*> holders_;  // those with counted bytes
  bool relief_due_ = false;
  OnGivenUp on_given_up_;
};

}  // namespace parley::server
