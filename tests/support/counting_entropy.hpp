// Predictable randomness: each call is filled with one number, 1, 2, 3, … For tests only.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "base/entropy.hpp"

namespace parley::test {

class CountingEntropy final : public Entropy {
 public:
  void fill(std::span<std::uint8_t> bytes) override { std::ranges::fill(bytes, ++calls_); }

 private:
  std::uint8_t calls_ = 0;
};

}  // namespace parley::test
