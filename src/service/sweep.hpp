// A sweep ends the open sessions that are stale, however many there are: it reads them page by page and ends one page's sessions before
// it reads the next, so at most limits::sweep_sessions_max ends are under way and no loop, queue or answer grows with their number.
//
// Every end is an entry of its session's log like any other: durable before anyone hears of it, decided again on the session's own loop
// (one that was ended or started meanwhile is left alone), and told to the room.
#pragma once

#include <optional>

#include "domain/user.hpp"
#include "service/router.hpp"

namespace parley::service {

/// Which open sessions are stale. A ground that is not given makes none stale. The age of a session that was opened again counts from its
/// last reopening.
struct StaleRule {
  std::optional<Timestamp> created_before;            // whatever became of them
  std::optional<Timestamp> unstarted_created_before;  // those that nobody joined
  std::optional<Timestamp> started_before;

  [[nodiscard]] bool holds_for(const domain::SessionRow& row) const;
  /// No session created at this time or later is stale.
  [[nodiscard]] Timestamp created_before_bound() const;
};

/// `ender`: who stands in the `ended` entries; all empty: the server itself (docs/formats/entry.md). Ends what it can: a session whose
/// log is damaged is left, logged and counted in `left`. Errors, with the sessions ended up to then staying ended: overloaded,
/// store_failed, outcome_unknown. Threads: `from`'s; `done` runs there.
void sweep(Router& router, EventLoop& from, domain::User ender, StaleRule rule, Done<SweepResult> done);

}  // namespace parley::service
