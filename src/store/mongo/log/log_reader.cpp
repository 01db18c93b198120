#include "store/mongo/log/log_reader.hpp"

#include <algorithm>

#include "base/limits.hpp"
#include "domain/error_code.hpp"
#include "store/common/stored_entries.hpp"

namespace parley::store::mongo {

namespace {

std::unexpected<Error> no_such_entry() {
  return refuse(ErrorCode::not_found, "No such entry");
}

}  // namespace

/// A standalone shows entries that are not journaled yet. So entries of this process that are still in flight
/// are hidden there. Call it after the database read: an entry that is no longer in flight then is durable.
std::uint32_t MongoLogReader::end_of(SessionNumber session) const {
  std::uint32_t end = limits::seq_max;
  if (topology_ == Topology::standalone) end = lanes_.settled_before(session).value_or(end);
  const auto seen = ends_.find(session);
  return seen == ends_.end() ? end : std::min(end, seen->second);
}

Result<std::optional<domain::EncodedEntry>> MongoLogReader::last(SessionNumber session) {
  auto last = view_.last(session, Reading::newest);
  if (!last) return last;
  const std::uint32_t end = end_of(session);
  if (*last && (*last)->seq > end) {
    if (end == 0) return std::optional<domain::EncodedEntry>{};
    last = view_.entry(session, end);
    if (!last) return last;
  } else if (*last) {
    const auto position = position_of(**last);
    if (position) lanes_.note_head(session, *position);
  }
  ends_.try_emplace(session, *last ? (*last)->seq : 0);
  return last;
}

Result<domain::EncodedEntry> MongoLogReader::entry(SessionNumber session, std::uint32_t seq) {
  if (seq == 0 || seq > limits::seq_max) return no_such_entry();
  auto entry = view_.entry(session, seq);
  if (!entry) return std::unexpected(entry.error());
  if (!*entry || seq > end_of(session)) return no_such_entry();
  return **std::move(entry);
}

Result<std::vector<domain::EncodedEntry>> MongoLogReader::range(SessionNumber session, std::uint32_t first, Portion most) {
  auto entries = view_.range(session, first, most);
  if (!entries) return entries;
  const std::uint32_t end = end_of(session);
  std::erase_if(*entries, [end](const domain::EncodedEntry& entry) { return entry.seq > end; });
  const std::uint32_t from = std::max(first, 1u);
  const bool saw_the_end = !most.is_full(*entries);
  if (saw_the_end) ends_.try_emplace(session, from - 1 + static_cast<std::uint32_t>(entries->size()));
  return entries;
}

Result<std::optional<std::uint32_t>> MongoLogReader::find_key(SessionNumber session, const Key16& key) {
  auto seq = view_.find_key(session, key);
  if (seq && *seq && **seq > end_of(session)) seq->reset();
  return seq;
}

Result<std::vector<std::uint32_t>> MongoLogReader::deleted(SessionNumber session) {
  const auto deletions = view_.deleted(session);
  if (!deletions) return std::unexpected(deletions.error());
  const std::uint32_t end = end_of(session);
  std::vector<std::uint32_t> seqs;
  for (const LogView::Deleted& deletion : *deletions)
    if (deletion.by <= end) seqs.push_back(deletion.target);
  return seqs;
}

}  // namespace parley::store::mongo
