#include "service/session/pair_lanes.hpp"

#include "base/assert.hpp"
#include "base/limits.hpp"

namespace parley::service {

bool PairLanes::enter(const Pair& pair, Task begin) {
  std::deque<Task>& turns = turns_[pair];
  if (turns.size() >= limits::pair_turns_waiting_max) return false;
  const bool is_first = turns.empty();
  turns.push_back(is_first ? Task() : std::move(begin));
  if (is_first) begin();
  return true;
}

void PairLanes::leave(const Pair& pair) {
  const auto found = turns_.find(pair);
  PARLEY_ASSERT(found != turns_.end());
  std::deque<Task>& turns = found->second;
  turns.pop_front();
  if (turns.empty()) {
    turns_.erase(found);
    return;
  }
  Task begin = std::exchange(turns.front(), Task());
  begin();
}

}  // namespace parley::service
