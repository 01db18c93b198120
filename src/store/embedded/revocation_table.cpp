#include "store/embedded/revocation_table.hpp"

#include "base/limits.hpp"
#include "domain/error_code.hpp"
#include "store/embedded/layout.hpp"
#include "store/embedded/rows.hpp"

namespace parley::store::embedded {

namespace {

/// Calls `visit` with each row. A row that cannot be read is an error: otherwise a token that was signed out could become valid again.
template <typename Visit>
Result<void> each_revocation(LogView& view, Visit visit) {
  std::optional<Error> damage;
  const auto read = view.each(Family::meta, revocation_prefix, [&](BytesView key, BytesView value) {
    const auto revocation = decode_revocation(key, value);
    if (!revocation) damage = Error{ErrorCode::log_corrupt, "The list of revoked tokens is damaged", revocation.error().detail};
    if (damage) return LogView::Walk::stop;
    visit(*revocation);
    return LogView::Walk::next;
  });
  if (!read) return read;
  if (damage) return std::unexpected(*damage);
  return {};
}

}  // namespace

Result<std::optional<ClockLook>> read_clock_look(LogView& view) {
  const auto value = view.value(Family::meta, clock_key);
  if (!value) return std::unexpected(value.error());
  if (!*value) return std::optional<ClockLook>{};
  const auto look = decode_clock_look(**value);
  return look ? std::optional(*look) : std::nullopt;  // a damaged look counts as none: then every revocation is kept
}

Result<std::vector<domain::Revocation>> read_revocations(LogView& view) {
  std::vector<domain::Revocation> revocations;
  const auto read = each_revocation(view, [&](const domain::Revocation& revocation) { revocations.push_back(revocation); });
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
  ++*kept_;  // a token revoked twice counts twice until the next look
  return {};
}

// A fast clock makes valid tokens look expired. A revocation forgotten then would make its token valid again once the
// clock is corrected. So the clock must have run evenly for the margin, and the token must have expired that long ago.
Result<std::optional<Timestamp>> RevocationTable::forgotten_until(LogView& view) const {
  const auto seen = read_clock_look(view);
  if (!seen) return std::unexpected(seen.error());
  const Timestamp now = clock_.now();
  const bool is_certain = *seen && (*seen)->at <= now && now - (*seen)->at <= limits::clock_gap_max &&
                          (*seen)->at - (*seen)->even_since >= limits::revocation_margin;
  return is_certain ? std::optional(now - limits::revocation_margin) : std::nullopt;
}

/// Counts the revocations kept, and forgets those of tokens that expired for certain.
Result<void> RevocationTable::look(CommitBatch& batch) {
  looked_at_ = clock_.steady_now();
  LogView view(database_, state_, LogView::Moment::snapshot);
  const auto until = forgotten_until(view);
  if (!until) return std::unexpected(until.error());
  std::size_t kept = 0;
  const auto read = each_revocation(view, [&](const domain::Revocation& revocation) {
    if (*until && revocation.expires_at && *revocation.expires_at <= **until)
      batch.forget(revocation.token);
    else
      ++kept;
  });
  if (!read) return read;
  kept_ = kept;
  return {};
}

}  // namespace parley::store::embedded
