// Feeds the frame decoder. The first byte chooses role and piece size; the other bytes are network input. The verdict must be the same for
// whole and split input, text must be valid UTF-8, and nothing may exceed the limit.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/utf8.hpp"
#include "protocol/websocket/frame_codec.hpp"

namespace {

using namespace parley::protocol::websocket;

constexpr std::size_t message_bytes_max = 4'096;

void require(bool holds) {
  if (!holds) {
    std::abort();
  }
}

/// All results of the decoder, as one string.
std::string transcript(const std::uint8_t* data, std::size_t size, std::size_t piece_size, Role role) {
  FrameDecoder decoder({.role = role, .message_bytes_max = message_bytes_max});
  std::string out;
  for (std::size_t position = 0; position < size; position += piece_size) {
    std::vector<char> piece(data + position, data + std::min(size, position + piece_size));
    decoder.feed(piece);
    while (true) {
      const Decoded decoded = decoder.next();
      if (decoded.kind == Decoded::Kind::need_more) {
        break;
      }
      require(decoded.payload.size() <= message_bytes_max);
      require(decoded.kind != Decoded::Kind::text || parley::is_valid_utf8(decoded.payload));
      out += static_cast<char>('a' + static_cast<int>(decoded.kind));
      const bool is_error = decoded.kind == Decoded::Kind::error;  // its text is for the log and may depend on the pieces; its code may not
      out += std::to_string(decoded.code) + ':' + (is_error ? "" : std::string(decoded.payload)) + ';';
    }
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) {
    return 0;
  }
  const Role role = (data[0] & 1) != 0 ? Role::client : Role::server;
  const std::size_t piece_size = 1 + (data[0] >> 1);
  require(transcript(data + 1, size - 1, size, role) == transcript(data + 1, size - 1, piece_size, role));
  return 0;
}
