#include "service/use_cases/live_texts.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "base/limits.hpp"
#include "domain/error_code.hpp"

namespace parley::service {
namespace {

constexpr std::size_t range_chunk = 256;  // entries per range read; a page rarely needs a second read

std::unexpected<Error> page_too_large() {
  constexpr std::size_t fits_always = limits::page_bytes_max / limits::message_bytes_max;
  return refuse(ErrorCode::invalid_argument, "Page too large, ask for a limit of at most " + std::to_string(fits_always));
}

}  // namespace

Result<LiveTexts> LiveTexts::open(store::LogReader& reader, SessionNumber session) {
  LiveTexts texts(reader, session);
  auto last = reader.last(session);
  if (!last) return std::unexpected(last.error());
  if (!*last) return texts;
  auto head = domain::decode_entry(**last);
  if (!head) return std::unexpected(head.error());
  texts.last_seq_ = head->core.seq;
  texts.total_ = head->trailer.counters.live_texts();
  if (head->trailer.counters.deletions == 0) return texts;
  auto deleted = reader.deleted(session);
  if (!deleted) return std::unexpected(deleted.error());
  texts.deleted_ = std::move(*deleted);
  return texts;
}

Result<domain::Entry> LiveTexts::entry(std::uint32_t seq) {
  auto encoded = reader_->entry(session_, seq);
  if (!encoded) return std::unexpected(encoded.error());
  return domain::decode_entry(*encoded);
}

std::uint64_t LiveTexts::rank_at(const domain::Entry& entry) const {
  const auto deleted = std::ranges::upper_bound(deleted_, entry.core.seq) - deleted_.begin();
  return entry.trailer.counters.texts_ever - static_cast<std::uint64_t>(deleted);
}

Result<std::uint64_t> LiveTexts::count_before(Timestamp time) {
  std::uint32_t low = 0;  // entries up to this one are older
  std::uint32_t high = last_seq_;
  std::uint64_t count = 0;
  while (low < high) {
    const std::uint32_t middle = low + (high - low + 1) / 2;
    auto at = entry(middle);
    if (!at) return std::unexpected(at.error());
    if (at->core.timestamp < time) {
      low = middle;
      count = rank_at(*at);
    } else {
      high = middle - 1;
    }
  }
  return count;
}

Result<std::uint32_t> LiveTexts::seq_of_rank(std::uint64_t rank) {
  std::uint32_t low = 1;
  std::uint32_t high = last_seq_;
  while (low < high) {
    const std::uint32_t middle = low + (high - low) / 2;
    const auto at = entry(middle);
    if (!at) return std::unexpected(at.error());
    if (rank_at(*at) >= rank)
      high = middle;
    else
      low = middle + 1;
  }
  return low;
}

std::uint32_t LiveTexts::skip_deleted(std::uint32_t seq) const {
  auto deleted = std::ranges::lower_bound(deleted_, seq);
  for (; deleted != deleted_.end() && *deleted == seq; ++deleted) ++seq;
  return seq;
}

Result<std::vector<StoredText>> LiveTexts::range(std::uint64_t first, std::uint64_t count) {
  std::vector<StoredText> texts;
  std::size_t bytes = 0;
  if (first < 1 || first > total_) return texts;
  count = std::min(count, total_ - first + 1);
  const auto start = seq_of_rank(first);
  if (!start) return std::unexpected(start.error());
  for (std::uint32_t seq = *start; texts.size() < count && seq <= last_seq_; seq = skip_deleted(seq)) {
    const store::Portion most(std::min<std::uint64_t>(range_chunk, count - texts.size()), limits::read_bytes_max);
    const auto chunk = reader_->range(session_, seq, most);
    if (!chunk) return std::unexpected(chunk.error());
    if (chunk->empty()) break;
    for (const domain::EncodedEntry& encoded : *chunk) {
      seq = encoded.seq + 1;
      if (std::ranges::binary_search(deleted_, encoded.seq)) continue;
      auto decoded = domain::decode_entry(encoded);
      if (!decoded) return std::unexpected(decoded.error());
      if (decoded->core.kind != domain::EntryKind::text || texts.size() >= count) continue;
      texts.push_back(stored_text(std::move(*decoded)));
      bytes += texts.back().text.size();
      if (bytes > limits::page_bytes_max) return page_too_large();
    }
  }
  return texts;
}

}  // namespace parley::service
