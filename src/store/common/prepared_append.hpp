// An append that was checked on the thread of its loop, with the facts that the committer
// needs. So the single committer does only the work that must be done in order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/bytes.hpp"
#include "base/containers/inline_vector.hpp"
#include "base/event_loop.hpp"
#include "base/result.hpp"
#include "store/session_log.hpp"

namespace parley::store {

/// The destination of the outcomes of one loop. Lives as long as the committer and every refusal that is still posted.
struct LoopPort {
  EventLoop* loop = nullptr;
  CommitListener* listener = nullptr;
  std::vector<AppendOutcome> refusals{};  // Owner: the loop's thread. One pending post delivers them all
};

/// Idempotency keys, each with the seq of its entry. Nearly every append has one entry.
using KeysOfEntries = InlineVector<std::pair<Key16, std::uint32_t>, 1>;

struct PreparedAppend {
  LoopPort* port = nullptr;
  Append append{};
  domain::Position last{};  // of the last entry
  KeysOfEntries keys{};     // of the entries that have a key
  std::size_t entry_count = 0;
  std::size_t bytes = 0;    // of the entries
  bool needs_room = false;  // it holds a text, a creation or a reopening: a full store refuses those
};

/// Errors: invalid_argument, session_full (SessionLog, "Refused"). `append` is moved from only on success.
[[nodiscard]] Result<PreparedAppend> prepare(LoopPort& port, Append& append);

}  // namespace parley::store
