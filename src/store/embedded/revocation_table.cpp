#include "store/embedded/revocation_table.hpp"

#include "base/limits.hpp"
#include "domain/error_code.hpp"
#include "store/embedded/layout.hpp"
#include "store/embedded/rows.hpp"

namespace parley::store::embedded {

namespace {

bool is_dead(const domain::Revocation& revocation, Timestamp now) {
  return revocation.expires_at && *revocation.expires_at <= now;
}

/// Calls `visit` with each row; one that cannot be read is an error, for a token that was signed out must not come back to life.
template <typename Visit>
Result<void> each_revocation(LogView& view, Visit visit) {
  std::optional<Error> damage;
  const auto read = view.each(Family::meta, revocation_prefix, [&](BytesView key, BytesView value) {
    const auto revocation = decode_revocation(key, value);
    if (!revocation) damage = Error{ErrorCode::log_corrupt, "The list of revoked tokens is damaged", revocation.error().detail};
    if (damage) return LogView::Step::stop;
    visit(*revocation);
    return LogView::Step::next;
  });
  if (!read) return read;
  if (damage) return std::unexpected(*damage);
  return {};
}

}  // namespace

Result<std::vector<domain::Revocation>> read_revocations(LogView& view, Timestamp now) {
  std::vector<domain::Revocation> revocations;
  const auto read = each_revocation(view, [&](const domain::Revocation& revocation) {
    if (!is_dead(revocation, now)) revocations.push_back(revocation);
  });
  if (!read) return std::unexpected(read.error());
  return revocations;
}

Result<void> RevocationTable::put(CommitBatch& batch, const domain::Revocation& revocation) {
  const bool is_full = kept_ && *kept_ >= limits::revocations_max;
  if (!kept_ || (is_full && clock_.steady_now() - looked_at_ >= limits::revocations_look_interval)) {
    if (auto looked = look(batch); !looked) return looked;
  }
  if (*kept_ >= limits::revocations_max) return refuse(ErrorCode::store_full, "Too many tokens are revoked");
  batch.add(revocation);
  ++*kept_;  // one that was revoked before counts twice until the next look
  return {};
}

/// Counts what is kept and forgets what has expired.
Result<void> RevocationTable::look(CommitBatch& batch) {
  looked_at_ = clock_.steady_now();
  const Timestamp now = clock_.now();
  LogView view(database_, state_, LogView::Moment::snapshot);
  std::size_t kept = 0;
  const auto read = each_revocation(view, [&](const domain::Revocation& revocation) {
    if (is_dead(revocation, now))
      batch.forget(revocation.token);
    else
      ++kept;
  });
  if (!read) return read;
  kept_ = kept;
  return {};
}

}  // namespace parley::store::embedded
