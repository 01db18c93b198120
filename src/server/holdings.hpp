// The bytes that one loop holds for its connections: half-read input, unsent output. Over the budget the holder of most lets go, for an
// attacker has to hold much to hurt, and people who talk hold nothing between two turns (docs/adr/0016).
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <unordered_set>

#include "base/limits.hpp"
#include "server/loop.hpp"

namespace parley::server {

class Holdings;

/// Something that holds bytes for a client. Owner: its loop.
class Holder {
 public:
  virtual ~Holder() = default;
  /// Ends what it holds bytes for. Called in a task of its own, with nothing of the holder on the stack.
  virtual void give_up() = 0;
  /// The client, for the log.
  [[nodiscard]] virtual const std::string& address() const = 0;

  /// More than what is free: it sends, or takes, in bulk.
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

  /// So many bytes are held now; the first limits::held_bytes_free of each holder do not count. 0 before the holder goes.
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
  std::unordered_set<Holder*> holders_;  // those that count
  bool relief_due_ = false;
  OnGivenUp on_given_up_;
};

}  // namespace parley::server
