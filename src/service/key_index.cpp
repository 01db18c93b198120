#include "service/key_index.hpp"

#include "base/assert.hpp"
#include "base/limits.hpp"

namespace parley::service {

void KeyIndex::reset(std::uint32_t from_seq) {
  from_seq_ = from_seq;
  seqs_.clear();
  order_.clear();
}

void KeyIndex::add(const Key16& key, std::uint32_t seq) {
  if (key == Key16{}) return;
  PARLEY_ASSERT(order_.empty() || order_.back().first < seq);
  seqs_[key] = seq;
  order_.emplace_back(seq, key);
  if (order_.size() > limits::session_keys_max) {
    from_seq_ = order_.front().first + 1;
    seqs_.erase(order_.front().second);
    order_.pop_front();
  }
}

void KeyIndex::roll_back_to(std::uint32_t seq) {
  for (; !order_.empty() && order_.back().first > seq; order_.pop_back()) seqs_.erase(order_.back().second);
}

std::optional<std::uint32_t> KeyIndex::find(const Key16& key) const {
  const auto found = seqs_.find(key);
  return found == seqs_.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace parley::service
