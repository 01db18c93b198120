#include "service/memory/key_filter.hpp"

#include <algorithm>
#include <cstring>

namespace parley::service {
namespace {

constexpr std::size_t first_layer_keys = 1'024;
constexpr std::size_t bits_per_key = 16;
constexpr std::size_t bits_per_word = 64;
constexpr unsigned probes = 6;  // with 16 bits per key: 0.1 % false positives in a full layer

struct Bit {
  std::size_t word;
  std::uint64_t mask;
};

/// The bit of probe `number` (Kirsch and Mitzenmacher, 2006: two hashes are as good as many).
Bit bit_of(const Key16& key, unsigned number, std::size_t words) {
  std::uint64_t hashes[2];
  static_assert(sizeof hashes == sizeof key);
  std::memcpy(hashes, key.data(), sizeof hashes);
  const std::uint64_t hash = hashes[0] + number * (hashes[1] | 1);
  return {(hash / bits_per_word) & (words - 1), std::uint64_t{1} << (hash % bits_per_word)};
}

}  // namespace

void KeyFilter::add(const Key16& key) {
  if (layers_.empty() || layers_.back().room == 0) {
    const std::size_t keys = first_layer_keys << layers_.size();
    layers_.push_back({std::vector<std::uint64_t>(keys * bits_per_key / bits_per_word), keys});
  }
  Layer& layer = layers_.back();
  --layer.room;
  for (unsigned number = 0; number < probes; ++number) {
    const Bit bit = bit_of(key, number, layer.words.size());
    layer.words[bit.word] |= bit.mask;
  }
}

bool KeyFilter::may_hold(const Key16& key) const {
  return std::ranges::any_of(layers_, [&key](const Layer& layer) {
    for (unsigned number = 0; number < probes; ++number) {
      const Bit bit = bit_of(key, number, layer.words.size());
      if ((layer.words[bit.word] & bit.mask) == 0) return false;
    }
    return true;
  });
}

std::size_t KeyFilter::bytes() const {
  std::size_t bytes = 0;
  for (const Layer& layer : layers_) bytes += layer.words.size() * sizeof(std::uint64_t);
  return bytes;
}

}  // namespace parley::service
