// Delivers outcomes to the loops that append: a loop receives one post per commit, and one post for all refusals of a turn.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "store/common/prepared_append.hpp"
#include "store/common/store_state.hpp"

namespace parley::store {

/// The outcome of an append, and the loop that receives it.
struct Settled {
  LoopPort* port;
  AppendOutcome outcome;
};

class LoopPorts {
 public:
  explicit LoopPorts(StoreState& state);

  /// Call it before the first append of that loop. Threads: any.
  void attach(EventLoop& loop, CommitListener& listener);
  /// Checks the append and passes it to `enqueue`. If the check or `enqueue` gives an
  /// error, a refusal is posted after this call has returned. Threads: the loop's.
  using Enqueue = std::function<std::optional<Error>(PreparedAppend&)>;
  void accept(EventLoop& loop, Append append, const Enqueue& enqueue);
  /// Posts the outcomes: one list for each loop, each in the given order. Threads: any.
  static void publish(std::span<Settled> settled);
  /// Tells every loop that the session has entries that arrived after their outcome was published. Threads: any.
  void announce(SessionNumber session);

 private:
  void refuse(const std::shared_ptr<LoopPort>& port, AppendOutcome outcome, Error error);

  StoreState& state_;
  std::mutex mutex_;                              // guards attach and announce
  std::vector<std::shared_ptr<LoopPort>> ports_;  // by loop index; `attach` writes each slot once; posted refusals share the ports
};

}  // namespace parley::store
