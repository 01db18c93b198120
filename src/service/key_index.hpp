// The idempotency keys of one session that are in memory: those in flight and those of newer entries.
//
// Owner: the session's thread. Bounded by limits::session_keys_max; older keys are looked up in the store.
#pragma once

#include <cstdint>
#include <cstring>
#include <deque>
#include <optional>
#include <unordered_map>
#include <utility>

#include "base/bytes.hpp"

namespace parley::service {

class KeyIndex {
 public:
  /// Starts over: nothing is known of entries below `from_seq`.
  void reset(std::uint32_t from_seq);
  /// A zero key (sent without clientMessageId) is not kept. `seq` must be above all before.
  void add(const Key16& key, std::uint32_t seq);
  /// Forgets the keys of entries above `seq`: they did not come to be.
  void roll_back_to(std::uint32_t seq);

  [[nodiscard]] std::optional<std::uint32_t> find(const Key16& key) const;
  /// Keys of entries that are not in memory may exist.
  [[nodiscard]] bool may_have_older() const { return from_seq_ > 1; }

 private:
  struct Hash {
    std::size_t operator()(const Key16& key) const noexcept {  // the key is a MAC: any of its bytes are a hash
      std::size_t hash = 0;
      std::memcpy(&hash, key.data(), sizeof hash);
      return hash;
    }
  };

  std::uint32_t from_seq_ = 1;  // every key of an entry at or above it is here
  std::unordered_map<Key16, std::uint32_t, Hash> seqs_;
  std::deque<std::pair<std::uint32_t, Key16>> order_;  // ascending seq
};

}  // namespace parley::service
