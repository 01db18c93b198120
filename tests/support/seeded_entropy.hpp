// Random-looking bytes that follow from a seed. Two seeds give different bytes.
#pragma once

#include <cstdint>
#include <span>

#include "base/entropy.hpp"

namespace parley::test {

/// Xorshift: the same seed and calls give the same bytes, so every run of a test is the same.
class SeededEntropy final : public Entropy {
 public:
  explicit SeededEntropy(std::uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15ull + 1) {}
  void fill(std::span<std::uint8_t> bytes) override {
    for (std::uint8_t& byte : bytes) {
      state_ ^= state_ << 13, state_ ^= state_ >> 7, state_ ^= state_ << 17;
      byte = static_cast<std::uint8_t>(state_ >> 32);
    }
  }

 private:
  std::uint64_t state_;
};

}  // namespace parley::test
