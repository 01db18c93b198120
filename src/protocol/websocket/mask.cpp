// Masks eight bytes at a time, because every byte from a client passes through here.
#include <bit>
#include <cstring>

#include "protocol/websocket/frame_codec.hpp"

namespace parley::protocol::websocket {

void apply_mask(std::span<char> bytes, std::array<char, 4> mask, std::size_t offset) {
  std::array<char, 8> turned;
  for (std::size_t index = 0; index < turned.size(); ++index) {
    turned[index] = mask[(offset + index) % mask.size()];
  }
  const auto pattern = std::bit_cast<std::uint64_t>(turned);
  std::size_t position = 0;
  for (; position + sizeof pattern <= bytes.size(); position += sizeof pattern) {
    std::uint64_t word;
    std::memcpy(&word, bytes.data() + position, sizeof word);
    word ^= pattern;
    std::memcpy(bytes.data() + position, &word, sizeof word);
  }
  for (std::size_t index = 0; position < bytes.size(); ++position, ++index) {
    bytes[position] = static_cast<char>(bytes[position] ^ turned[index]);
  }
}

}  // namespace parley::protocol::websocket
