// Two implementations: the SSE 4.2 instruction and a table. The choice is made at run time, so that one binary serves every x86-64.
#include "base/crc32c.hpp"

#include <cstring>

namespace parley {
namespace {

constexpr std::uint32_t reflected_polynomial = 0x82f63b78;
constexpr std::uint32_t all_ones = 0xffffffff;  // the start value and the last exclusive or

constexpr std::array<std::uint32_t, 256> make_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t remainder = byte;
    for (int bit = 0; bit < 8; ++bit) remainder = (remainder >> 1) ^ ((remainder & 1) != 0 ? reflected_polynomial : 0);
    table[byte] = remainder;
  }
  return table;
}
constexpr auto table = make_table();
static_assert(table[1] == 0xf26b8303 && table[255] == 0xad7d5351);

std::uint32_t add_with_table(std::uint32_t state, BytesView bytes) {
  for (const char byte : bytes) state = table[(state ^ static_cast<std::uint8_t>(byte)) & 255] ^ (state >> 8);
  return state;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) std::uint32_t add_with_instruction(std::uint32_t state, BytesView bytes) {
  std::uint64_t wide_state = state;
  for (; bytes.size() >= 8; bytes.remove_prefix(8)) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data(), sizeof word);
    wide_state = __builtin_ia32_crc32di(wide_state, word);
  }
  state = static_cast<std::uint32_t>(wide_state);
  for (const char byte : bytes) state = __builtin_ia32_crc32qi(state, static_cast<std::uint8_t>(byte));
  return state;
}

bool has_instruction() {
  static const bool has = __builtin_cpu_supports("sse4.2") != 0;
  return has;
}
#else
std::uint32_t add_with_instruction(std::uint32_t state, BytesView bytes) {
  return add_with_table(state, bytes);
}
bool has_instruction() {
  return false;
}
#endif

}  // namespace

std::uint32_t crc32c(std::initializer_list<BytesView> pieces) {
  if (!has_instruction()) return crc32c_portable(pieces);
  std::uint32_t state = all_ones;
  for (const BytesView piece : pieces) state = add_with_instruction(state, piece);
  return state ^ all_ones;
}

std::uint32_t crc32c_portable(std::initializer_list<BytesView> pieces) {
  std::uint32_t state = all_ones;
  for (const BytesView piece : pieces) state = add_with_table(state, piece);
  return state ^ all_ones;
}

}  // namespace parley
