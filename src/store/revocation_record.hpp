// The tokens that were signed out, kept as long as they would be valid. Not part of any log.
#pragma once

#include <functional>
#include <vector>

#include "base/event_loop.hpp"
#include "base/result.hpp"
#include "domain/revocation.hpp"

namespace parley::store {

/// Durable   A success passed to `done` survives power loss. Revoking again gives the same success.
/// Forgotten Not before limits::revocation_margin after the token has expired, and only if the clock is known to have run evenly for that
///           time. Otherwise a token could become valid again after the clock was ahead once.
/// Limits    limits::revocations_max kept; forgotten ones make room. Beyond: store_full.
///           limits::revocations_queue_max waiting; beyond: overloaded.
/// Errors    store_full, overloaded, store_failed (until restart), outcome_unknown (its sync failed).
class RevocationRecord {
 public:
  virtual ~RevocationRecord() = default;
  /// Never blocks. `done` runs once on `loop`, never inside this call. Threads: the loop's.
  virtual void revoke(EventLoop& loop, domain::Revocation revocation, std::move_only_function<void(Result<void>)> done) = 0;
  /// All revocations that are kept, expired or not. A process reads them before it serves. Blocking.
  [[nodiscard]] virtual Result<std::vector<domain::Revocation>> all_revocations() = 0;
};

}  // namespace parley::store
