// Writes frames. Messages are never fragmented: their size is limited, so each is one frame.
#include <bit>

#include "base/assert.hpp"
#include "protocol/websocket/frame_codec.hpp"

namespace parley::protocol::websocket {
namespace {

constexpr std::size_t control_payload_bytes_max = 125;  // RFC 6455 §5.5
constexpr std::uint8_t final_bit = 0x80;
constexpr std::uint8_t mask_bit = 0x80;

void write_big_endian(char* out, std::uint64_t value, std::size_t size) {
  for (std::size_t index = 0; index < size; ++index) {
    out[index] = static_cast<char>(value >> (8 * (size - 1 - index)));
  }
}

/// The longest prefix of at most `size_max` bytes that does not cut a code point.
std::string_view prefix_of_code_points(std::string_view text, std::size_t size_max) {
  if (text.size() <= size_max) {
    return text;
  }
  std::size_t size = size_max;
  while (size > 0 && (static_cast<std::uint8_t>(text[size]) & 0xC0) == 0x80) {
    --size;
  }
  return text.substr(0, size);
}

}  // namespace

bool is_sendable_close_code(std::uint16_t code) {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}

std::size_t frame_header_size(std::size_t payload_size) {
  return payload_size < 126 ? 2 : payload_size <= 0xFFFF ? 4 : 10;
}

std::size_t write_frame_header(char* out, Opcode opcode, std::size_t payload_size) {
  out[0] = static_cast<char>(final_bit | static_cast<std::uint8_t>(opcode));
  const std::size_t size = frame_header_size(payload_size);
  if (size == 2) {
    out[1] = static_cast<char>(payload_size);
  } else {
    out[1] = static_cast<char>(size == 4 ? 126 : 127);
    write_big_endian(out + 2, payload_size, size - 2);
  }
  return size;
}

void append_frame_header(std::string& out, Opcode opcode, std::size_t payload_size) {
  std::array<char, 10> header;
  out.append(header.data(), write_frame_header(header.data(), opcode, payload_size));
}

void append_frame(std::string& out, Opcode opcode, BytesView payload) {
  append_frame_header(out, opcode, payload.size());
  out.append(payload);
}

void append_masked_frame(std::string& out, Opcode opcode, BytesView payload, std::array<std::uint8_t, 4> mask) {
  const std::size_t start = out.size();
  append_frame_header(out, opcode, payload.size());
  out[start + 1] = static_cast<char>(static_cast<std::uint8_t>(out[start + 1]) | mask_bit);
  out.append(reinterpret_cast<const char*>(mask.data()), mask.size());
  const std::size_t payload_start = out.size();
  out.append(payload);
  apply_mask(std::span(out).subspan(payload_start), std::bit_cast<std::array<char, 4>>(mask), 0);
}

std::string close_payload(std::uint16_t code, std::string_view reason) {
  if (code == close_code::no_status) {
    return {};
  }
  PARLEY_ASSERT(is_sendable_close_code(code));
  std::string payload(2, '\0');
  write_big_endian(payload.data(), code, 2);
  payload.append(prefix_of_code_points(reason, control_payload_bytes_max - payload.size()));
  return payload;
}

void append_close_frame(std::string& out, std::uint16_t code, std::string_view reason) {
  append_frame(out, Opcode::close, close_payload(code, reason));
}

}  // namespace parley::protocol::websocket
