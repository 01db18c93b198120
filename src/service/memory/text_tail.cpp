#include "service/memory/text_tail.hpp"

#include <algorithm>
#include <ranges>
#include <utility>

#include "base/assert.hpp"
#include "base/limits.hpp"

namespace parley::service {

namespace {

std::size_t content_bytes_of(const StoredText& text) {
  return text.text.size() + text.client_message_id.size();
}

}  // namespace

void TextTail::reset(std::uint32_t from_seq, std::vector<StoredText> texts) {
  from_seq_ = from_seq;
  texts_.clear();
  content_bytes_ = 0;
  for (StoredText& text : texts) push(std::move(text));
}

const StoredText& TextTail::push(StoredText text) {
  PARLEY_ASSERT(texts_.empty() || texts_.back().seq() < text.seq());
  content_bytes_ += content_bytes_of(text);
  texts_.push(std::move(text));
  const auto is_too_much = [this] {
    return texts_.size() > limits::session_tail_entries || content_bytes_ > limits::session_tail_bytes_max;
  };
  while (texts_.size() > 1 && is_too_much()) drop_oldest();
  return texts_.back();
}

void TextTail::drop_oldest() {
  const StoredText oldest = texts_.pop();
  from_seq_ = oldest.seq() + 1;
  content_bytes_ -= content_bytes_of(oldest);
}

std::size_t TextTail::bytes() const {
  constexpr std::size_t heap_bytes = 24;  // allocator overhead for two strings
  return texts_.size() * (sizeof(StoredText) + heap_bytes) + content_bytes_;
}

void TextTail::mark_deleted(std::uint32_t seq) {
  const std::span<StoredText> texts = texts_.items();
  const auto found = std::ranges::lower_bound(texts, seq, {}, &StoredText::seq);
  if (found == texts.end() || found->seq() != seq) return;
  found->presence = domain::MessageView::Presence::deleted;
  content_bytes_ -= found->text.size();
  std::string().swap(found->text);
}

const StoredText* TextTail::find(std::uint32_t seq) const {
  const std::span<const StoredText> texts = texts_.items();
  const auto found = std::ranges::lower_bound(texts, seq, {}, &StoredText::seq);
  return found == texts.end() || found->seq() != seq ? nullptr : &*found;
}

std::optional<TextTail::Slice> TextTail::slice(const Wanted& wanted) const {
  Slice slice;
  std::uint64_t live_seen = 0;
  std::uint64_t older = 0;  // live texts seen that are strictly older than `before`
  for (const StoredText& text : std::views::reverse(texts_.items())) {
    if (!text.live()) continue;
    ++live_seen;
    if (wanted.before && text.logged_at >= *wanted.before) {
      ++slice.newer;
      continue;
    }
    if (++older > wanted.skip && slice.texts.size() < wanted.count) slice.texts.push_back(&text);
  }
  // If an older text is in memory, no text before it counts as newer, because times in the log never decrease.
  const bool newer_is_known = !wanted.before || older > 0 || live_seen == wanted.live_total;
  if (!newer_is_known) return std::nullopt;
  const std::uint64_t older_total = wanted.live_total - slice.newer;
  const std::uint64_t expected = older_total > wanted.skip ? std::min(wanted.count, older_total - wanted.skip) : 0;
  if (slice.texts.size() != expected) return std::nullopt;
  std::ranges::reverse(slice.texts);
  return slice;
}

}  // namespace parley::service
