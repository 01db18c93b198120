// A set of idempotency keys with false positives but no false negatives: a key in the set is always found.
//
// A scalable Bloom filter (Almeida et al., "Scalable Bloom Filters", 2007): two bytes per key, about one false positive in a thousand for
// each layer. Each layer holds twice the keys of the one before. Keys are MACs, so their own bytes serve as hashes.
// Owner: one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/bytes.hpp"

namespace parley::service {

class KeyFilter {
 public:
  void add(const Key16& key);
  /// False: the key was never added.
  [[nodiscard]] bool may_hold(const Key16& key) const;
  void clear() { layers_.clear(); }
  [[nodiscard]] std::size_t bytes() const;

 private:
  struct Layer {
    std::vector<std::uint64_t> words;  // their number is a power of two
    std::size_t room = 0;              // keys that may still be added
  };
  std::vector<Layer> layers_;
};

}  // namespace parley::service
