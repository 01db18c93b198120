#include "service/use_cases/entries.hpp"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "api/entries.hpp"
#include "base/limits.hpp"
#include "domain/error_code.hpp"
#include "service/memory/entry_view.hpp"
#include "service/session/access.hpp"
#include "service/shared/refusals.hpp"

namespace parley::service {
namespace {

using domain::EntriesView;
using domain::EntryRange;
using domain::LogPlace;

/// The entries first .. end-1, and the end at which to start when not all of them fit.
struct Stretch {
  std::uint32_t first = 1;
  std::uint32_t end = 1;
  enum class Direction : std::uint8_t { onwards, backwards } direction = Direction::onwards;
  EntriesView::History history = EntriesView::History::continued;
};

/// One read of one range: its entries, and the digests that prove them.
class RangeReader {
 public:
  RangeReader(store::LogReader& reader, const WhichLog& log) : reader_(reader), log_(log) {}

  [[nodiscard]] Result<Stretch> stretch_of(const EntryRange& range);
  [[nodiscard]] Result<std::vector<domain::EncodedEntry>> fetch(const Stretch& stretch, std::uint32_t limit, std::size_t bytes_max);
  [[nodiscard]] Result<EntriesView> prove(const Stretch& stretch, std::vector<domain::EncodedEntry> entries, EntryRange::Cores cores);

 private:
  [[nodiscard]] Result<std::vector<domain::EncodedEntry>> fetch_last(std::uint32_t end, std::uint32_t count, std::size_t bytes_max);
  [[nodiscard]] Result<Digest32> digest_at(std::uint32_t seq);
  [[nodiscard]] Result<bool> is_in_history(const std::optional<LogPlace>& place);
  [[nodiscard]] Result<void> add(EntriesView& view, domain::EncodedEntry encoded, EntryRange::Cores cores);

  store::LogReader& reader_;
  const WhichLog& log_;
  std::uint32_t last_seq_ = 0;
};

Result<Stretch> RangeReader::stretch_of(const EntryRange& range) {
  const auto last = reader_.last(log_.number);
  if (!last) return std::unexpected(last.error());
  if (!*last) return refuse(ErrorCode::log_corrupt, "The log of this session is missing", log_.session.to_string());
  last_seq_ = (*last)->seq;
  const auto has_after = is_in_history(range.after);
  if (!has_after) return std::unexpected(has_after.error());
  const bool is_past_end = range.before && !range.before->proof && range.before->seq > last_seq_;  // makes no claim about this history
  const auto has_before = is_past_end ? Result<bool>(true) : is_in_history(range.before);
  if (!has_before) return std::unexpected(has_before.error());

  Stretch stretch{.first = 1, .end = last_seq_ + 1};
  if (!*has_after || !*has_before) {
    stretch.history = EntriesView::History::reset;
    return stretch;
  }
  if (range.after) stretch.first = range.after->seq + 1;
  if (range.before && !is_past_end) stretch.end = std::max(range.before->seq, stretch.first);
  if (range.before && !range.after) stretch.direction = Stretch::Direction::backwards;
  return stretch;
}

Result<bool> RangeReader::is_in_history(const std::optional<LogPlace>& place) {
  if (!place) return true;
  if (place->seq > last_seq_) return false;
  if (!place->proof) return true;
  const auto digest = digest_at(place->seq);
  if (!digest) return std::unexpected(digest.error());
  return domain::Position::at(place->seq, *digest).proof == *place->proof;
}

Result<Digest32> RangeReader::digest_at(std::uint32_t seq) {
  if (seq == 0) return domain::genesis(log_.session).digest;
  const auto entry = reader_.entry(log_.number, seq);
  if (!entry) return std::unexpected(entry.error());
  const auto trailer = domain::decode_trailer(entry->trailer, entry->core, entry->body);
  if (!trailer) return std::unexpected(trailer.error());
  return trailer->digest;
}

/// The number of `entries` that fit, counted in the order of the iterators; at least one, unless there are none.
template <typename Iterator>
std::ptrdiff_t count_that_fits(Iterator begin, Iterator end, std::size_t bytes_max) {
  std::size_t bytes = 0;
  const auto too_much = std::find_if(begin, end, [&](const auto& entry) { return (bytes += entry.size_bytes()) > bytes_max; });
  return begin == end ? 0 : std::max<std::ptrdiff_t>(too_much - begin, 1);
}

Result<std::vector<domain::EncodedEntry>> RangeReader::fetch(const Stretch& stretch, std::uint32_t limit, std::size_t bytes_max) {
  const bool backwards = stretch.direction == Stretch::Direction::backwards;
  const std::uint32_t count = std::min(limit, stretch.end - stretch.first);
  if (count == 0) return {};
  if (backwards) return fetch_last(stretch.end, count, bytes_max);
  auto entries = reader_.range(log_.number, stretch.first, {count, bytes_max});
  if (!entries) return entries;
  entries->erase(entries->begin() + count_that_fits(entries->begin(), entries->end(), bytes_max), entries->end());
  return entries;
}

// A log can only be read forwards. So older entries that do not fit are read and dropped, a piece at a time.
Result<std::vector<domain::EncodedEntry>> RangeReader::fetch_last(std::uint32_t end, std::uint32_t count, std::size_t bytes_max) {
  std::vector<domain::EncodedEntry> kept;
  for (std::uint32_t next = end - count; next < end;) {
    auto entries = reader_.range(log_.number, next, {end - next, limits::read_bytes_max});
    if (!entries) return entries;
    if (entries->empty()) break;
    next = entries->back().seq + 1;
    std::ranges::move(*entries, std::back_inserter(kept));
    kept.erase(kept.begin(), kept.end() - count_that_fits(kept.rbegin(), kept.rend(), bytes_max));
  }
  return kept;
}

Result<EntriesView> RangeReader::prove(const Stretch& stretch, std::vector<domain::EncodedEntry> entries, EntryRange::Cores cores) {
  const std::uint32_t first = entries.empty() ? stretch.first : entries.front().seq;
  const auto digest = digest_at(first - 1);
  if (!digest) return std::unexpected(digest.error());
  EntriesView view;
  view.session = log_.session;
  view.history = stretch.history;
  view.from = view.to = domain::Position::at(first - 1, *digest);
  view.from_digest = view.digest = *digest;
  view.entries.reserve(entries.size());
  for (domain::EncodedEntry& encoded : entries) {
    if (auto added = add(view, std::move(encoded), cores); !added) return std::unexpected(std::move(added.error()));
  }
  const bool all = stretch.direction == Stretch::Direction::backwards ? first == stretch.first : view.to.seq + 1 == stretch.end;
  view.rest = all ? EntriesView::Rest::none : EntriesView::Rest::more;
  return view;
}

// A different history is never served as this one: each entry must follow from the digest before it.
Result<void> RangeReader::add(EntriesView& view, domain::EncodedEntry encoded, EntryRange::Cores cores) {
  view.digest = domain::next_digest(view.digest, encoded.core);
  view.to = domain::Position::at(view.to.seq + 1, view.digest);
  auto decoded = domain::decode_entry(encoded);
  if (!decoded) return std::unexpected(std::move(decoded.error()));
  auto entry = entry_view(log_.session, *std::move(decoded), encoded.size_bytes());
  if (!entry) return std::unexpected(std::move(entry.error()));
  if (entry->position != view.to) {
    return refuse(ErrorCode::log_corrupt, "The log of this session is damaged",
                  log_.session.to_string() + ": seq " + std::to_string(view.to.seq) + " does not follow from the entry before it");
  }
  if (cores == EntryRange::Cores::included)
    entry->core = std::move(encoded.core);
  else
    entry->json = api::entry_json(*entry, log_.session);  // here, because a reader thread has the time for it and a loop has not
  view.entries.push_back(std::move(*entry));
  return {};
}

}  // namespace

Result<EntriesView> read_range(store::LogReader& reader, const WhichLog& log, const EntryRange& range, std::size_t bytes_max) {
  RangeReader range_reader(reader, log);
  const auto stretch = range_reader.stretch_of(range);
  if (!stretch) return std::unexpected(stretch.error());
  auto entries = range_reader.fetch(*stretch, range.limit, bytes_max);
  if (!entries) return std::unexpected(std::move(entries.error()));
  return range_reader.prove(*stretch, std::move(*entries), range.cores);
}

void read_range_aside(const SessionState& session, RangeRequest request, Answer<EntriesView> answer) {
  SessionShard& shard = answer.shard();
  if (auto known = shard.entry_tails().answer(*session.row, request.range, request.bytes_max)) return answer(*std::move(known));
  shard.read<EntriesView>(
      [log = WhichLog{session.id(), session.row->number}, request = std::move(request)](store::LogReader& reader) -> Result<EntriesView> {
        if (request.asker != nullptr && request.asker->gone) return std::unexpected(overloaded());
        return read_range(reader, log, request.range, request.bytes_max);
      },
      [&shard, number = session.row->number, answer = std::move(answer)](Result<EntriesView> entries) mutable {
        if (entries) shard.note_read(number, *entries);
        answer(std::move(entries));
      });
}

void read_entries(Invocation by, ReadEntries request, Done<EntriesView> done) {
  const domain::SessionField session = request.session;
  with_access<EntriesView>(std::move(by), session, std::move(done),
                           [range = std::move(request.range)](SessionShard&, SessionState& state, Answer<EntriesView> answer) mutable {
                             if (!range) return answer.refuse(std::move(range.error()));
                             read_range_aside(state, {std::move(*range), limits::entries_bytes_max, nullptr}, std::move(answer));
                           });
}

}  // namespace parley::service
