// The load client's random numbers: SplitMix64 (Steele, Lea, Flood 2014). One seed gives the same run on every machine and compiler. Not
// for secrets.
#pragma once

#include <array>
#include <cstdint>

namespace parley::bench {

class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    state_ += 0x9e3779b97f4a7c15ull;
    std::uint64_t mixed = state_;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9ull;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebull;
    return mixed ^ (mixed >> 31);
  }

  /// In [0, bound). The bias of the remainder is below bound / 2^64.
  std::uint64_t below(std::uint64_t bound) { return next() % bound; }

  /// In (0, 1].
  double unit() { return (static_cast<double>(next() >> 11) + 1.0) * 0x1.0p-53; }

  template <std::size_t N>
  std::array<std::uint8_t, N> bytes() {
    std::array<std::uint8_t, N> result;
    for (auto& byte : result) byte = static_cast<std::uint8_t>(next());
    return result;
  }

 private:
  std::uint64_t state_;
};

}  // namespace parley::bench
