// The program gets randomness only through this interface.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace parley {

class Entropy {
 public:
  virtual ~Entropy() = default;
  /// Fills `bytes` with unpredictable bytes. Never fails: SystemEntropy aborts the process if the system has no randomness.
  virtual void fill(std::span<std::uint8_t> bytes) = 0;

  template <std::size_t N>
  [[nodiscard]] std::array<std::uint8_t, N> bytes() {
    std::array<std::uint8_t, N> result;
    fill(result);
    return result;
  }
};

/// OpenSSL's generator, buffered. Threads: use one instance per thread.
class SystemEntropy final : public Entropy {
 public:
  void fill(std::span<std::uint8_t> bytes) override;

 private:
  std::array<std::uint8_t, 4096> pool_{};
  std::size_t pool_used_ = sizeof(pool_);
};

}  // namespace parley
