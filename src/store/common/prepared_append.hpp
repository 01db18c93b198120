// An append that was checked on its loop's thread, with what the committer needs to know of it, so that the one committer does only
// what has to be done in order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/event_loop.hpp"
#include "base/result.hpp"
#include "store/session_log.hpp"

namespace parley::store {

/// Where the outcomes of one loop go. Lives as long as the committer and every refusal on its way.
struct LoopPort {
  EventLoop* loop = nullptr;
  CommitListener* listener = nullptr;
  std::vector<AppendOutcome> refusals{};  // Owner: the loop's thread. Waiting for one post that brings them all
};

struct PreparedAppend {
  LoopPort* port = nullptr;
  Append append{};
  domain::Position last{};                              // of the last entry
  std::vector<std::pair<Key16, std::uint32_t>> keys{};  // those of the entries that have one
  std::size_t bytes = 0;
  bool needs_room = false;  // it adds what a store that runs full does without: a text, a session, a reopening
};

/// Errors: invalid_argument, session_full (SessionLog, "Refused"). `append` is taken only when there is none.
[[nodiscard]] Result<PreparedAppend> prepare(LoopPort& port, Append& append);

}  // namespace parley::store
