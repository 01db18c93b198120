// Helpers for the tests of the frame decoder: frames as a client writes them, and all results of a decoder for some bytes.
#pragma once

#include <algorithm>
#include <cstdint>
#include <ostream>
#include <span>
#include <string>
#include <vector>

#include "protocol/websocket/frame_codec.hpp"

namespace parley::protocol::websocket::test {

/// A copy of one result of a decoder.
struct Said {
  Decoded::Kind kind;
  std::uint16_t code;
  std::string payload;

  friend bool operator==(const Said&, const Said&) = default;
  friend std::ostream& operator<<(std::ostream& out, const Said& said) {
    return out << "{kind " << static_cast<int>(said.kind) << ", code " << said.code << ", `" << said.payload.substr(0, 40) << "`}";
  }
};

inline Said text(std::string payload) {
  return {Decoded::Kind::text, 0, std::move(payload)};
}
inline Said binary(std::string payload) {
  return {Decoded::Kind::binary, 0, std::move(payload)};
}
inline Said ping(std::string payload) {
  return {Decoded::Kind::ping, 0, std::move(payload)};
}
inline Said pong(std::string payload) {
  return {Decoded::Kind::pong, 0, std::move(payload)};
}
inline Said closed(std::uint16_t code, std::string reason = {}) {
  return {Decoded::Kind::close, code, std::move(reason)};
}

constexpr std::array<std::uint8_t, 4> mask = {0x37, 0xfa, 0x21, 0x3d};  // of RFC 6455 §5.7

/// A client frame with the given first byte, so reserved bits and opcodes are possible.
inline std::string raw_frame(std::uint8_t first_byte, std::string_view payload) {
  std::string out;
  append_masked_frame(out, Opcode::text, payload, mask);
  out[0] = static_cast<char>(first_byte);
  return out;
}
inline std::string frame(Opcode opcode, std::string_view payload) {
  return raw_frame(0x80 | static_cast<std::uint8_t>(opcode), payload);
}
inline std::string fragment(Opcode opcode, std::string_view payload) {
  return raw_frame(static_cast<std::uint8_t>(opcode), payload);
}

/// Takes all results of the decoder for its input.
inline void collect(FrameDecoder& decoder, std::vector<Said>& out) {
  while (true) {
    const Decoded decoded = decoder.next();
    if (decoded.kind == Decoded::Kind::need_more) {
      return;
    }
    out.push_back({decoded.kind, decoded.code, std::string(decoded.payload)});
  }
}

/// Feeds `bytes` in pieces of `piece_size`. Each has its own memory, so that a sanitizer detects a read beyond a piece.
inline std::vector<Said> decode(std::string_view bytes, std::size_t piece_size = SIZE_MAX, DecoderConfig config = {}) {
  FrameDecoder decoder(config);
  std::vector<Said> out;
  while (!bytes.empty()) {
    const std::string_view piece = bytes.substr(0, std::min(piece_size, bytes.size()));
    std::vector<char> own(piece.begin(), piece.end());
    decoder.feed(own);
    collect(decoder, out);
    bytes.remove_prefix(piece.size());
  }
  return out;
}

/// The code of the error at the end of `bytes`; 0 if there is no error.
inline std::uint16_t error_code_of(std::string_view bytes, std::size_t piece_size = SIZE_MAX, DecoderConfig config = {}) {
  const std::vector<Said> said = decode(bytes, piece_size, config);
  return !said.empty() && said.back().kind == Decoded::Kind::error ? said.back().code : 0;
}

}  // namespace parley::protocol::websocket::test
