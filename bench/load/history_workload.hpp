// Pages read over REST (docs/api-contract.md §4.2): the newest one, or any. The first answer for a page is parsed and judged against
// what was stored; later answers must be the same bytes.
#pragma once

#include <string>

#include "base/clock.hpp"
#include "load/load_identity.hpp"
#include "load/store_workload.hpp"

namespace parley::bench {

enum class Pages : std::uint8_t { newest, any };

struct HistoryPlan {
  RequestLoop::Plan requests;
  LoadIdentity identity;
  std::size_t sessions = 64;
  std::size_t messages = 1000;  // stored in each session before anything is measured
  std::size_t text_bytes = 120;
  std::uint32_t page_limit = 50;
  Pages pages = Pages::newest;
};

struct HistoryResult {
  LoadFigures figures;
  Verdict fill;                   // of the messages stored beforehand
  std::uint64_t pages_seen = 0;   // different ones
  std::uint64_t pages_wrong = 0;  // whose messages are not those stored, or that changed while nobody wrote
};

/// Throws LoadFailure when the run cannot be carried through.
[[nodiscard]] HistoryResult run_history(const HistoryPlan& plan, Clock& clock);

}  // namespace parley::bench
