// The tokens that were signed out, for as long as they would be good. Not part of any log.
#pragma once

#include <functional>
#include <vector>

#include "base/event_loop.hpp"
#include "base/result.hpp"
#include "domain/revocation.hpp"

namespace parley::store {

/// Durable   `done` with success means: survives power loss. Revoking again is the same success.
/// Forgotten No sooner than limits::revocation_margin after the token has expired, and only where the clock is known to have gone on evenly
///           for so long: a clock that was ahead once must not bring a token back.
/// Limits    limits::revocations_max kept; those that are forgotten make room. Beyond: store_full. limits::revocations_queue_max waiting;
///           beyond: overloaded.
/// Errors    store_full, overloaded, store_failed (until restart), outcome_unknown (its sync failed).
class RevocationRecord {
 public:
  virtual ~RevocationRecord() = default;
  /// Never blocks. `done` runs once on `loop`, never inside this call. Threads: the loop's.
  virtual void revoke(EventLoop& loop, domain::Revocation revocation, std::move_only_function<void(Result<void>)> done) = 0;
  /// All that are kept, expired or not: what a process reads before it serves. Blocking.
  [[nodiscard]] virtual Result<std::vector<domain::Revocation>> revocations() = 0;
};

}  // namespace parley::store
