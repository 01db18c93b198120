// Tests on eight bytes at a time, for scanning texts. Plain arithmetic, so the result is the same on every processor. The tests `any_…` are
// exact. Source: Warren, Hacker's Delight, 2nd edition, §6-1.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace parley::words {

inline constexpr std::size_t size_bytes = 8;

[[nodiscard]] inline std::uint64_t load(const char* bytes) {
  std::uint64_t word = 0;
  std::memcpy(&word, bytes, sizeof word);
  return word;
}

/// `byte` eight times.
[[nodiscard]] constexpr std::uint64_t filled(std::uint8_t byte) {
  return 0x0101010101010101ull * byte;
}

inline constexpr std::uint64_t high_bits = filled(0x80);

/// True if at least one byte is below `limit` (at most 128).
[[nodiscard]] constexpr bool any_below(std::uint64_t word, std::uint8_t limit) {
  return ((word - filled(limit)) & ~word & high_bits) != 0;
}

[[nodiscard]] constexpr bool any_equal(std::uint64_t word, std::uint8_t byte) {
  return any_below(word ^ filled(byte), 1);
}

[[nodiscard]] constexpr bool any_not_ascii(std::uint64_t word) {
  return (word & high_bits) != 0;
}

/// The number of bytes that are 1, in a word whose bytes are all 0 or 1.
[[nodiscard]] constexpr std::size_t count_ones(std::uint64_t zeros_and_ones) {
  return (zeros_and_ones * filled(1)) >> 56;
}

}  // namespace parley::words
