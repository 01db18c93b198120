// Surrogates of UTF-16 (The Unicode Standard, section 3.8): two code units that stand for one code point above U+FFFF.
#pragma once

#include <cstdint>

namespace parley {

[[nodiscard]] constexpr bool is_high_surrogate(std::uint32_t unit) {
  return (unit & ~0x3ffu) == 0xd800;
}
[[nodiscard]] constexpr bool is_low_surrogate(std::uint32_t unit) {
  return (unit & ~0x3ffu) == 0xdc00;
}
/// The code point of a high surrogate and the low one after it.
[[nodiscard]] constexpr std::uint32_t code_point_of(std::uint32_t high, std::uint32_t low) {
  return 0x10000 + ((high & 0x3ff) << 10) + (low & 0x3ff);
}

}  // namespace parley
