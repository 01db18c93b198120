// A sweep ends the open sessions that are stale, however many there are. It reads them page by page and ends the sessions of one page
// before it reads the next. So at most limits::sweep_sessions_max ends are in progress, and no loop, queue or answer grows with the total.
//
// Every end is an ordinary entry of its session's log: durable before the room receives it. It is decided again on the session's own loop:
// a session that was ended or started meanwhile is left alone.
#pragma once

#include <optional>

#include "domain/session.hpp"
#include "service/session/invocation.hpp"

namespace parley::service {

/// The rule for stale open sessions. A criterion that is not set makes no session stale. The age of a reopened session counts from its last
/// reopening.
struct StaleRule {
  std::optional<Timestamp> created_before;            // whether or not they started
  std::optional<Timestamp> unstarted_created_before;  // sessions that nobody joined
  std::optional<Timestamp> started_before;

  [[nodiscard]] bool holds_for(const domain::SessionRow& row) const;
  /// No session created at this time or later is stale.
  [[nodiscard]] Timestamp created_before_bound() const;
};

/// The `ended` entries name the caller; all empty: the server itself (docs/formats/entry.md). A session whose log is damaged is left as it
/// is, logged, and counted in `left`. Errors: overloaded, store_failed, outcome_unknown; the sessions ended up to then stay
/// ended. Threads: that of `by.from`; `done` runs there.
void sweep(Invocation by, StaleRule rule, Done<SweepResult> done);

}  // namespace parley::service
