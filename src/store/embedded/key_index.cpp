#include "store/embedded/key_index.hpp"

#include <utility>
#include <vector>

#include "domain/entry.hpp"

namespace parley::store::embedded {

void KeyIndex::remember(Recent& recent, const Key16& key, std::uint32_t seq) {
  const auto [place, is_new] = recent.seqs.try_emplace(key, seq);
  if (is_new) ++keys_;
  // A note can remain from an append that was never written. The entry in the log has precedence.
  if (!is_new && seq < place->second) place->second = seq;
}

void KeyIndex::note(SessionNumber session, std::span<const std::pair<Key16, std::uint32_t>> keys) {
  if (keys.empty()) return;
  const std::lock_guard lock(mutex_);
  const auto found = sessions_.find(session);
  for (const auto& [key, seq] : keys) {
    in_flight_.push_back({session, key, seq});
    if (found != sessions_.end()) remember(found->second, key, seq);
  }
}

void KeyIndex::written() {
  const std::lock_guard lock(mutex_);
  in_flight_.clear();
}

void KeyIndex::indexed(SessionNumber session, std::uint32_t watermark) {
  const std::lock_guard lock(mutex_);
  const auto found = sessions_.find(session);
  if (found == sessions_.end()) return;
  keys_ -= std::erase_if(found->second.seqs, [watermark](const auto& entry) { return entry.second <= watermark; });
}

Result<std::uint32_t> KeyIndex::watermark(LogView& view, SessionNumber session) {
  const auto value = view.value(Family::keys, session_prefix(session));
  if (!value) return std::unexpected(value.error());
  return *value ? decode_seq(**value) : 0;
}

KeyIndex::Recent& KeyIndex::place_of(SessionNumber session) {
  const auto [found, is_new] = sessions_.try_emplace(session);
  Recent& recent = found->second;
  if (is_new) {
    recent.place = order_.insert(order_.end(), session);
    for (const Noted& noted : in_flight_)
      if (noted.session == session) remember(recent, noted.key, noted.seq);
  }
  order_.splice(order_.end(), order_, recent.place);
  return recent;
}

// The entry in memory is created before the log is read, and it starts with the keys
// in flight. Keys committed during the read are noted in it. So no key is missed.
Result<std::optional<std::uint32_t>> KeyIndex::find_recent(LogView& latest, SessionNumber session, const Key16& key) {
  for (;;) {
    {
      const std::lock_guard lock(mutex_);
      const Recent& recent = place_of(session);
      if (recent.complete) return seq_in(recent, key);
    }
    const auto keys = read_unindexed(latest, session);
    if (!keys) return std::unexpected(keys.error());
    const std::lock_guard lock(mutex_);
    const auto found = sessions_.find(session);
    if (found == sessions_.end()) continue;  // another thread dropped it because memory is limited: try again
    for (const auto& [noted, seq] : *keys) remember(found->second, noted, seq);
    found->second.complete = true;
    const auto seq = seq_in(found->second, key);
    forget_oldest();
    return seq;
  }
}

Result<std::vector<std::pair<Key16, std::uint32_t>>> KeyIndex::read_unindexed(LogView& view, SessionNumber session) {
  const auto indexed_to = watermark(view, session);
  if (!indexed_to) return std::unexpected(indexed_to.error());
  std::vector<std::pair<Key16, std::uint32_t>> keys;
  std::optional<Error> damage;
  const auto scanned = view.scan(session, *indexed_to + 1, [&](const domain::EncodedEntry& entry) {
    const auto core = domain::decode_core(entry.core);
    if (!core) damage = core.error();
    if (core && core->key != Key16{}) keys.emplace_back(core->key, entry.seq);
  });
  if (!scanned) return std::unexpected(scanned.error());
  if (damage) return std::unexpected(*damage);
  return keys;
}

std::optional<std::uint32_t> KeyIndex::seq_in(const Recent& recent, const Key16& key) {
  const auto found = recent.seqs.find(key);
  return found == recent.seqs.end() ? std::nullopt : std::optional(found->second);
}

// A session counts as much as a key, so that the number of sessions without keys is limited too.
void KeyIndex::forget_oldest() {
  while (keys_ + sessions_.size() > keys_max_ && order_.size() > 1) {
    const auto oldest = sessions_.find(order_.front());
    keys_ -= oldest->second.seqs.size();
    sessions_.erase(oldest);
    order_.pop_front();
  }
}

std::size_t KeyIndex::keys_in_memory() const {
  const std::lock_guard lock(mutex_);
  return keys_;
}

Result<std::optional<std::uint32_t>> KeyIndex::find(LogView& view, LogView& latest, SessionNumber session, const Key16& key) {
  auto seq = find_recent(latest, session, key);
  if (!seq) return seq;
  if (!*seq) {
    // Read the newest state: keys dropped from memory are in the family by now, although `view` may be older.
    const auto indexed = latest.value(Family::keys, idempotency_key(session, key));
    if (!indexed) return std::unexpected(indexed.error());
    if (*indexed) *seq = decode_seq(**indexed);
  }
  if (!*seq) return seq;
  const auto shown = view.shows(session, **seq);
  if (!shown) return std::unexpected(shown.error());
  return *shown ? seq : std::optional<std::uint32_t>{};
}

}  // namespace parley::store::embedded
