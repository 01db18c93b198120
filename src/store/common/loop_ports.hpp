// The loops that append, and how outcomes find back to each: one post brings everything of a commit, and one all refusals of a turn.
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

/// An append that has its outcome, and where that goes.
struct Settled {
  LoopPort* port;
  AppendOutcome outcome;
};

class LoopPorts {
 public:
  explicit LoopPorts(StoreState& state);

  /// Before the first append of that loop. Threads: any.
  void attach(EventLoop& loop, CommitListener& listener);
  /// Checks the append and hands it to `enqueue`; what either says against it is posted as a refusal, later than this call. Threads: the
  /// loop's.
  using Enqueue = std::function<std::optional<Error>(PreparedAppend&)>;
  void accept(EventLoop& loop, Append append, const Enqueue& enqueue);
  /// Posts the outcomes, one list a loop, each in the order given. Threads: any.
  static void publish(std::span<Settled> settled);
  /// Tells every loop what arrived after its outcome. Threads: any.
  void announce(SessionNumber session);

 private:
  void refuse(const std::shared_ptr<LoopPort>& port, AppendOutcome outcome, Error error);

  StoreState& state_;
  std::mutex mutex_;                              // of attach and announce
  std::vector<std::shared_ptr<LoopPort>> ports_;  // by loop index; a slot is written once, by attach; shared with posted refusals
};

}  // namespace parley::store
