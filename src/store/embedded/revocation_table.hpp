// Counts the revocations kept, and makes room for new ones. Owner: the committer's thread.
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

  /// Puts the revocation into the batch. Errors: store_full, and the errors of reading the table.
  [[nodiscard]] Result<void> put(CommitBatch& batch, const domain::Revocation& revocation);

 private:
  [[nodiscard]] Result<void> look(CommitBatch& batch);
  /// Revocations of tokens that expired at this time or earlier may be forgotten; empty: none may.
  [[nodiscard]] Result<std::optional<Timestamp>> forgotten_until(LogView& view) const;

  Database& database_;
  StoreState& state_;
  const Clock& clock_;
  std::optional<std::size_t> kept_;  // empty: not counted since start
  SteadyTime looked_at_{};
};

/// All revocations in the table. Includes expired ones, because the clock that says so may be wrong.
[[nodiscard]] Result<std::vector<domain::Revocation>> read_revocations(LogView& view);
/// The look at the clock that was noted last.
[[nodiscard]] Result<std::optional<ClockLook>> read_clock_look(LogView& view);

}  // namespace parley::store::embedded
