// The table of well-formed sequences (RFC 3629 §4) as a small state: the number of missing continuation bytes and the range of the next
// one. Only the second byte of a sequence can have a range narrower than 80–BF. This range and the limits on the first byte reject overlong
// forms, surrogates and anything above U+10FFFF, at the second byte at the latest.
#include "protocol/websocket/utf8_validator.hpp"

#include <cstddef>
#include <cstring>

namespace parley::protocol::websocket {
namespace {

constexpr std::uint64_t high_bits = 0x8080'8080'8080'8080;

/// The number of ASCII bytes from `position` on, checked eight at a time.
std::size_t ascii_run(std::string_view piece, std::size_t position) {
  const std::size_t start = position;
  while (position + sizeof(std::uint64_t) <= piece.size()) {
    std::uint64_t word;
    std::memcpy(&word, piece.data() + position, sizeof word);
    if ((word & high_bits) != 0) {
      break;
    }
    position += sizeof word;
  }
  return position - start;
}

}  // namespace

bool Utf8Validator::accept(std::string_view piece) {
  std::size_t position = 0;
  while (!failed_ && position < piece.size()) {
    if (pending_ == 0) {
      position += ascii_run(piece, position);
      if (position == piece.size()) {
        break;
      }
    }
    failed_ = !accept_byte(static_cast<std::uint8_t>(piece[position]));
    ++position;
  }
  return !failed_;
}

bool Utf8Validator::accept_byte(std::uint8_t byte) {
  if (pending_ > 0) {
    if (byte < next_low_ || byte > next_high_) {
      return false;
    }
    --pending_;
    next_low_ = 0x80;
    next_high_ = 0xBF;
    return true;
  }
  if (byte < 0x80) {
    return true;
  }
  if (byte < 0xC2 || byte > 0xF4) {  // a continuation byte, an overlong lead, or beyond U+10FFFF
    return false;
  }
  pending_ = byte < 0xE0 ? 1 : byte < 0xF0 ? 2 : 3;
  next_low_ = byte == 0xE0 ? 0xA0 : byte == 0xF0 ? 0x90 : 0x80;
  next_high_ = byte == 0xED ? 0x9F : byte == 0xF4 ? 0x8F : 0xBF;
  return true;
}

}  // namespace parley::protocol::websocket
