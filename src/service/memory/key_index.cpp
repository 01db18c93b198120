#include "service/memory/key_index.hpp"

#include "base/assert.hpp"
#include "base/limits.hpp"

namespace parley::service {

static_assert(limits::session_keys_max >= limits::session_steps_max, "what is in flight is known exactly");

void KeyIndex::reset(std::uint32_t from_seq) {
  known_from_ = exact_from_ = from_seq;
  seqs_.clear();
  order_.clear();
  older_.clear();
}

void KeyIndex::add(const Key16& key, std::uint32_t seq) {
  if (key == Key16{}) return;
  PARLEY_ASSERT(order_.empty() || order_.back().first < seq);
  seqs_[key] = seq;
  order_.push({seq, key});
  if (order_.size() > limits::session_keys_max) {
    const auto [oldest_seq, oldest] = order_.pop();
    exact_from_ = oldest_seq + 1;
    older_.add(oldest);
    seqs_.erase(oldest);
  }
}

void KeyIndex::add_older(std::uint32_t from_seq, std::uint32_t to_seq, std::span<const Key16> keys) {
  if (to_seq != known_from_) return;
  known_from_ = from_seq;
  for (const Key16& key : keys) older_.add(key);
}

void KeyIndex::roll_back_to(std::uint32_t seq) {
  while (!order_.empty() && order_.back().first > seq) seqs_.erase(order_.pop_back().second);
}

std::optional<std::uint32_t> KeyIndex::find(const Key16& key) const {
  const auto found = seqs_.find(key);
  return found == seqs_.end() ? std::nullopt : std::optional(found->second);
}

std::size_t KeyIndex::bytes() const {
  constexpr std::size_t bytes_per_key = 64;  // a place in the map, which is half full on average, and one element of the queue
  return order_.size() * bytes_per_key + older_.bytes();
}

}  // namespace parley::service
