// How much of one kind of work a connection has done in this turn of its loop, so that the rest can wait until the others had theirs.
#pragma once

#include <cstddef>
#include <cstdint>

#include "server/loop.hpp"

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
