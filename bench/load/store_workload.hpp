// Stores messages over REST (docs/api-contract.md §4.1), then compares the acknowledged messages with the stored ones.
#pragma once

#include <optional>
#include <string>

#include "base/clock.hpp"
#include "load/chat_rest.hpp"
#include "load/load_identity.hpp"
#include "load/pace.hpp"
#include "load/request_loop.hpp"
#include "load/witness.hpp"

namespace parley::bench {

struct StorePlan {
  RequestLoop::Plan requests;
  LoadIdentity identity;
  std::size_t sessions = 0;  // 0: one per connection
  std::size_t text_bytes = 120;
};

struct StoreResult {
  LoadFigures figures;
  Verdict verdict;
  std::vector<LoadSession> sessions;
  TextRule rule;
};

/// For workloads that read: stores `messages` in each session of the plan, one session on each connection, at full speed.
[[nodiscard]] StoreResult fill_sessions(StorePlan plan, std::size_t messages, Clock& clock);

/// Throws LoadFailure if the run cannot be completed.
[[nodiscard]] StoreResult run_store(const StorePlan& plan, Clock& clock);

}  // namespace parley::bench
