#include "service/memory/entry_tail.hpp"

#include <algorithm>
#include <utility>

#include "base/assert.hpp"
#include "base/limits.hpp"

namespace parley::service {

using domain::EntriesView;
using domain::EntryRange;
using domain::Position;

EntryTail::EntryTail(const EntriesView& read) : before_seq_(read.from.seq), before_digest_(read.from_digest) {
  for (const domain::EntryView& each : read.entries) push(each);
}

void EntryTail::push(const domain::EntryView& entry) {
  PARLEY_ASSERT(entry.position.seq == last_seq() + 1 && !entry.json.empty());
  json_ += entry.json;
  json_ += ',';
  entries_.push({entry.digest, static_cast<std::uint32_t>(json_.size()), static_cast<std::uint32_t>(entry.stored_bytes)});
  while (entries_.size() > 1 &&
         (entries_.size() > limits::entry_tail_entries_max || bytes() - json_dropped_ > limits::entry_tail_bytes_max))
    drop_oldest();
}

void EntryTail::drop_oldest() {
  const Entry oldest = entries_.pop();
  ++before_seq_;
  before_digest_ = oldest.digest;
  json_dropped_ = oldest.json_end;
  if (json_dropped_ * 2 < json_.size()) return;
  json_.erase(0, json_dropped_);
  for (Entry& each : entries_.items()) each.json_end -= static_cast<std::uint32_t>(json_dropped_);
  json_dropped_ = 0;
}

const Digest32& EntryTail::digest_at(std::uint32_t seq) const {
  return seq == before_seq_ ? before_digest_ : entry(seq).digest;
}

std::size_t EntryTail::json_begin(std::uint32_t seq) const {
  return seq == before_seq_ + 1 ? json_dropped_ : entry(seq - 1).json_end;
}

/// The entries first .. end-1, which are here.
struct EntryTail::Stretch {
  std::uint32_t first = 1;
  std::uint32_t end = 1;
  EntriesView::Rest rest = EntriesView::Rest::none;
};

std::optional<EntryTail::Stretch> EntryTail::stretch_of(const EntryRange& range, std::size_t bytes_max) const {
  // The tail must know that the claim of a place about the history is true. Otherwise the store decides.
  const auto holds = [this](const domain::LogPlace& place) {
    return has_digest(place.seq) && (!place.proof || Position::at(place.seq, digest_at(place.seq)).proof == *place.proof);
  };
  const bool is_past_end = range.before && !range.before->proof && range.before->seq > last_seq();
  if (range.after && !holds(*range.after)) return std::nullopt;
  if (range.before && !is_past_end && !holds(*range.before)) return std::nullopt;
  const std::uint32_t first = range.after ? range.after->seq + 1 : 1;
  const std::uint32_t end = range.before && !is_past_end ? std::max(range.before->seq, first) : last_seq() + 1;
  const auto fits = [bytes = std::size_t{0}, bytes_max, this](std::uint32_t seq) mutable {
    bytes += entry(seq).stored_bytes;
    return bytes <= bytes_max;
  };
  using Rest = EntriesView::Rest;
  if (range.before && !range.after) {  // the last ones before `end`
    const std::uint32_t at_most = std::min(range.limit, end - first);
    std::uint32_t from = end;
    for (auto fitting = fits; end - from < at_most; --from) {
      if (from - 1 <= before_seq_) return std::nullopt;
      if (!fitting(from - 1) && from < end) break;
    }
    if (!has_digest(from - 1)) return std::nullopt;
    return Stretch{from, end, from == first ? Rest::none : Rest::more};
  }
  if (!has_digest(first - 1)) return std::nullopt;
  std::uint32_t to = first;
  for (auto fitting = fits; to < end && to - first < range.limit; ++to) {
    if (!fitting(to) && to > first) break;
  }
  return Stretch{first, to, to == end ? Rest::none : Rest::more};
}

std::optional<EntriesView> EntryTail::answer(const SessionId& session, const EntryRange& range, std::size_t bytes_max) const {
  if (range.cores == EntryRange::Cores::included) return std::nullopt;
  const auto stretch = stretch_of(range, bytes_max);
  if (!stretch) return std::nullopt;
  EntriesView view;
  view.session = session;
  view.from_digest = digest_at(stretch->first - 1);
  view.from = Position::at(stretch->first - 1, view.from_digest);
  view.digest = digest_at(stretch->end - 1);
  view.to = Position::at(stretch->end - 1, view.digest);
  view.rest = stretch->rest;
  view.count = stretch->end - stretch->first;
  if (view.count > 0) {
    const std::size_t begin = json_begin(stretch->first);
    view.json = json_.substr(begin, entry(stretch->end - 1).json_end - 1 - begin);
  }
  return view;
}

}  // namespace parley::service
