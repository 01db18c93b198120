#include "store/common/settlement.hpp"

#include <algorithm>

#include "store/common/stored_entries.hpp"

namespace parley::store {

namespace {

using domain::EncodedEntry;
using Entries = std::span<const EncodedEntry>;

/// Compares cores only, because a body may have been erased since.
bool begins_with(Entries stored, Entries appended) {
  return stored.size() >= appended.size() &&
         std::ranges::equal(stored.first(appended.size()), appended, {}, &EncodedEntry::core, &EncodedEntry::core);
}

}  // namespace

std::optional<Entries> entries_after(const domain::Position& expected, const LogExcerpt& log) {
  const Entries entries = log.entries;
  if (expected.seq == 0 && log.first == 1) return entries;  // every history begins there
  if (expected.seq < log.first || expected.seq - log.first >= entries.size()) return std::nullopt;
  const std::size_t index = expected.seq - log.first;
  const auto there = position_of(entries[index]);
  if (!there || *there != expected) return std::nullopt;
  return entries.subspan(index + 1);
}

Result<std::optional<AppendOutcome>> settlement_of(const Append& append, const LogExcerpt& log, AtHead at_head) {
  AppendOutcome outcome{.session = append.session, .token = append.token};
  const auto after = entries_after(append.expected, log);
  if (after && begins_with(*after, append.entries)) {
    const auto last = position_of((*after)[append.entries.size() - 1]);
    if (!last) return std::unexpected(last.error());
    outcome.head = *last;
    return outcome;
  }
  const bool is_at_head = after && append.expected.seq == log.head.seq;
  if (is_at_head && at_head == AtHead::is_open) return std::nullopt;
  outcome.status = AppendStatus::conflict;
  outcome.head = log.head;
  if (after) outcome.tail.assign(after->begin(), after->end());
  return outcome;
}

}  // namespace parley::store
