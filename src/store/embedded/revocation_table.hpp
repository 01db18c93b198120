// How many revocations are kept, and room for new ones. Owner: the committer's thread.
#pragma once

#include <cstddef>
#include <optional>

#include "base/clock.hpp"
#include "domain/revocation.hpp"
#include "store/clock_record.hpp"
#include "store/embedded/commit_batch.hpp"

namespace parley::store::embedded {

class RevocationTable {
 public:
  RevocationTable(Database& database, StoreState& state, const Clock& clock) : database_(database), state_(state), clock_(clock) {}

  /// Puts it into the batch. Errors: store_full, and what reading the table gives.
  [[nodiscard]] Result<void> put(CommitBatch& batch, const domain::Revocation& revocation);

 private:
  [[nodiscard]] Result<void> look(CommitBatch& batch);
  /// Those that expired at that time or earlier may be forgotten; nothing: none.
  [[nodiscard]] Result<std::optional<Timestamp>> forgotten_until(LogView& view) const;

  Database& database_;
  StoreState& state_;
  const Clock& clock_;
  std::optional<std::size_t> kept_;  // nothing: not counted since start
  SteadyTime looked_at_{};
};

/// Everything in the table, expired or not: the clock that says so may be wrong.
[[nodiscard]] Result<std::vector<domain::Revocation>> read_revocations(LogView& view);
/// The look at the clock that was noted last.
[[nodiscard]] Result<std::optional<ClockLook>> read_clock_look(LogView& view);

}  // namespace parley::store::embedded
