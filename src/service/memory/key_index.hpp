// The idempotency keys of one session in memory. The keys in flight and of newer entries are known exactly. For older entries the index
// only knows whether a key is new.
//
//   seq  1 ······ known_from ─────────────── exact_from ──────────── head, in flight
//        unknown: read   only whether new           which entry
//
// A loaded session knows the keys of its tail; older_keys.hpp loads the rest. Owner: the session's thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <utility>

#include "base/bytes.hpp"
#include "base/containers/flat_map.hpp"
#include "base/queue.hpp"
#include "service/memory/key_filter.hpp"

namespace parley::service {

class KeyIndex {
 public:
  /// Starts over: nothing is known about entries below `from_seq`.
  void reset(std::uint32_t from_seq);
  /// A zero key (sent without clientMessageId) is not kept. `seq` must be above all earlier ones.
  void add(const Key16& key, std::uint32_t seq);
  /// Adds the keys of the entries from `from_seq` to before `to_seq`. Ignored unless `to_seq` is known_from().
  void add_older(std::uint32_t from_seq, std::uint32_t to_seq, std::span<const Key16> keys);
  /// Forgets the keys of entries above `seq`, because those entries were never written.
  void roll_back_to(std::uint32_t seq);

  /// Exact, for limits::session_keys_max entries at most.
  [[nodiscard]] std::optional<std::uint32_t> find(const Key16& key) const;
  /// Whether an entry that `find` does not know may have this key. No entry below `nothing_below` has this key.
  [[nodiscard]] bool may_be_older(const Key16& key, std::uint32_t nothing_below) const {
    return nothing_below < known_from_ || (nothing_below < exact_from_ && older_.may_hold(key));
  }
  [[nodiscard]] std::uint32_t known_from() const { return known_from_; }
  [[nodiscard]] std::uint32_t exact_from() const { return exact_from_; }
  /// Approximate, in memory.
  [[nodiscard]] std::size_t bytes() const;

 private:
  struct Hash {
    using is_avalanching = void;
    std::size_t operator()(const Key16& key) const noexcept {  // the key is a MAC, so any of its bytes serve as a hash
      std::size_t hash = 0;
      std::memcpy(&hash, key.data(), sizeof hash);
      return hash;
    }
  };

  std::uint32_t known_from_ = 1;  // `seqs_` or `older_` has every key of an entry at or above this
  std::uint32_t exact_from_ = 1;  // `seqs_` has every key of an entry at or above this
  FlatMap<Key16, std::uint32_t, Hash> seqs_;
  Queue<std::pair<std::uint32_t, Key16>> order_;  // ascending seq
  KeyFilter older_;
};

}  // namespace parley::service
