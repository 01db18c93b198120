// The turns of pairs of doctor and patient. A pair has at most one session that has not ended. So a create or a reopening takes a turn of
// the pair. It looks for an open session in this turn, and ends the turn when its entry is in the log.
//
// Owner   The thread of the pair's shard (Router::shard_of_pair); every call needs a Turn of that shard.
// Bounds  limits::pair_turns_waiting_max turns of one pair.
#pragma once

#include <deque>
#include <map>
#include <utility>

#include "base/event_loop.hpp"
#include "base/ids.hpp"

namespace parley::service {

/// Doctor and patient.
using Pair = std::pair<UserId, UserId>;

class PairLanes {
 public:
  /// Runs `begin` when every earlier turn is over, inside this call or later. False: too many turns wait, and `begin` is dropped.
  [[nodiscard]] bool enter(const Pair& pair, Task begin);
  /// Ends the current turn. The next one begins inside this call.
  void leave(const Pair& pair);

 private:
  std::map<Pair, std::deque<Task>> turns_;  // the first of each pair is in progress, and empty
};

}  // namespace parley::service
