// Reads pages over REST (docs/api-contract.md §4.2): the newest page, or any. The first answer for a page is parsed and compared with the
// stored messages. Later answers must have the same bytes.
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
  std::size_t messages = 1000;  // stored in each session before the measurement
  std::size_t text_bytes = 120;
  std::uint32_t page_limit = 50;
  Pages pages = Pages::newest;
};

struct HistoryResult {
  LoadFigures figures;
  Verdict fill;                   // of the messages stored beforehand
  std::uint64_t pages_seen = 0;   // number of different pages
  std::uint64_t pages_wrong = 0;  // with other messages than stored, or changed without a write
};

/// Throws LoadFailure if the run cannot be completed.
[[nodiscard]] HistoryResult run_history(const HistoryPlan& plan, Clock& clock);

}  // namespace parley::bench
