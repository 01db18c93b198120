// What is known in memory of the idempotency keys of one session: exactly for those in flight and of newer entries, and whether a key
// is new for the rest.
//
//   seq  1 ······ known_from ─────────────── exact_from ──────────── head, in flight
//        unknown: read   whether new, surely        which entry
//
// A session that is loaded knows the keys of its tail; older_keys.hpp brings the rest. Owner: the session's thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <optional>
#include <span>
#include <unordered_map>
#include <utility>

#include "base/bytes.hpp"
#include "service/key_filter.hpp"

namespace parley::service {

class KeyIndex {
 public:
  /// Starts over: nothing is known of entries below `from_seq`.
  void reset(std::uint32_t from_seq);
  /// A zero key (sent without clientMessageId) is not kept. `seq` must be above all before.
  void add(const Key16& key, std::uint32_t seq);
  /// The keys of the entries from `from_seq` to before `to_seq`; passed over when those behind them are not known, or are themselves.
  void add_older(std::uint32_t from_seq, std::uint32_t to_seq, std::span<const Key16> keys);
  /// Forgets the keys of entries above `seq`: they did not come to be.
  void roll_back_to(std::uint32_t seq);

  /// Exact, of limits::session_keys_max entries at most.
  [[nodiscard]] std::optional<std::uint32_t> find(const Key16& key) const;
  /// Whether an entry that `find` does not know may have this key. `nothing_below`: no entry below it has.
  [[nodiscard]] bool may_be_older(const Key16& key, std::uint32_t nothing_below) const {
    return nothing_below < known_from_ || (nothing_below < exact_from_ && older_.may_hold(key));
  }
  [[nodiscard]] std::uint32_t known_from() const { return known_from_; }
  [[nodiscard]] std::uint32_t exact_from() const { return exact_from_; }
  /// About, in memory.
  [[nodiscard]] std::size_t bytes() const;

 private:
  struct Hash {
    std::size_t operator()(const Key16& key) const noexcept {  // the key is a MAC: any of its bytes are a hash
      std::size_t hash = 0;
      std::memcpy(&hash, key.data(), sizeof hash);
      return hash;
    }
  };

  std::uint32_t known_from_ = 1;  // every key of an entry at or above it is in `seqs_` or `older_`
  std::uint32_t exact_from_ = 1;  // at or above it, in `seqs_`
  std::unordered_map<Key16, std::uint32_t, Hash> seqs_;
  std::deque<std::pair<std::uint32_t, Key16>> order_;  // ascending seq
  KeyFilter older_;
};

}  // namespace parley::service
