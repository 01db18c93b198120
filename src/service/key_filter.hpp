// A set of idempotency keys that can be wrong one way only: what is in it is always found, what is not is nearly always missed.
//
// A scalable Bloom filter (Almeida et al., "Scalable Bloom Filters", 2007): two bytes a key, about one wrong answer in a thousand for
// each layer; each layer holds twice the keys of the one before. Keys are MACs, so their own bytes are the hashes.
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
  /// False: it was never added.
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
