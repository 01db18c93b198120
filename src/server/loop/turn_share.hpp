// Limits the work of one kind that a connection does in one turn of its loop; the rest waits until the others had their turn.
#pragma once

#include <cstddef>
#include <cstdint>

#include "server/loop/loop.hpp"

namespace parley::server {

/// Threads: the loop's.
/// `turn_work`: of all connections in one turn; `at_most`: of this one.
template <std::size_t turn_work, std::size_t at_most>
class TurnShare {
 public:
  [[nodiscard]] bool is_used_up(const Loop& loop) const { return turn_ == loop.turn() && done_ >= loop.share_of(turn_work, at_most); }
  void count(const Loop& loop) {
    if (turn_ != loop.turn()) done_ = 0;
    turn_ = loop.turn();
    ++done_;
  }

 private:
  std::uint64_t turn_ = 0;
  std::size_t done_ = 0;
};

}  // namespace parley::server
