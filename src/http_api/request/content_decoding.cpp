#include "http_api/request/content_decoding.hpp"

#include <brotli/decode.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <memory>

#include "base/ascii.hpp"
#include "base/limits.hpp"
#include "http_api/request/header_text.hpp"
#include "protocol/http/header_text.hpp"

namespace parley::http_api {

namespace {

using Decoded = std::expected<std::string, DecodingFailure>;

constexpr std::size_t chunk_bytes = 64 * 1024;

/// Values of zlib for its three formats (zlib.h, inflateInit2).
constexpr int gzip_window_bits = 15 + 16;
constexpr int zlib_window_bits = 15;
constexpr int raw_window_bits = -15;

struct InflateEnd {
  void operator()(z_stream* stream) const { inflateEnd(stream); }
};

/// Appends a part of a body. A body that turns out to be long gets its whole room at once: a string that grows by doubling is copied again
/// and again, and each copy takes fresh memory while the loops wait for theirs. Memory that is not written to costs nothing.
void append(std::string& result, std::string_view part, std::size_t bytes_max) {
  const std::size_t whole = result.size() + part.size();
  if (whole > result.capacity() && whole > limits::body_read_at_once_bytes_max)
    result.reserve(std::max(whole, std::min(bytes_max, limits::http_body_bytes_max) + chunk_bytes));
  result.append(part);
}

Decoded inflated(std::string_view body, int window_bits, std::size_t bytes_max) {
  z_stream state{};
  if (inflateInit2(&state, window_bits) != Z_OK) return std::unexpected(DecodingFailure::malformed);
  const std::unique_ptr<z_stream, InflateEnd> stream(&state);
  stream->next_in = reinterpret_cast<Bytef*>(const_cast<char*>(body.data()));  // zlib does not write to its input
  stream->avail_in = static_cast<uInt>(body.size());
  std::string result;
  std::array<char, chunk_bytes> chunk;
  for (int status = Z_OK; status != Z_STREAM_END;) {
    stream->next_out = reinterpret_cast<Bytef*>(chunk.data());
    stream->avail_out = static_cast<uInt>(chunk.size());
    status = inflate(stream.get(), Z_NO_FLUSH);
    if (status != Z_OK && status != Z_STREAM_END) return std::unexpected(DecodingFailure::malformed);
    append(result, {chunk.data(), chunk.size() - stream->avail_out}, bytes_max);
    if (result.size() > bytes_max) return std::unexpected(DecodingFailure::too_large);
  }
  return result;
}

/// `deflate` is the zlib format, but some clients send the raw stream (RFC 9110 §8.4.1.2). A zlib header has 8 in its low nibble and is
/// divisible by 31 (RFC 1950 §2.2).
int deflate_window_bits(std::string_view body) {
  if (body.size() < 2) return zlib_window_bits;
  const auto first = static_cast<unsigned char>(body[0]);
  const auto second = static_cast<unsigned char>(body[1]);
  return (first & 0x0f) == 8 && (first * 256 + second) % 31 == 0 ? zlib_window_bits : raw_window_bits;
}

struct BrotliEnd {
  void operator()(BrotliDecoderState* state) const { BrotliDecoderDestroyInstance(state); }
};

Decoded brotli_decoded(std::string_view body, std::size_t bytes_max) {
  const std::unique_ptr<BrotliDecoderState, BrotliEnd> state(BrotliDecoderCreateInstance(nullptr, nullptr, nullptr));
  if (state == nullptr) return std::unexpected(DecodingFailure::malformed);
  std::size_t in_left = body.size();
  auto in = reinterpret_cast<const std::uint8_t*>(body.data());
  std::string result;
  std::array<std::uint8_t, chunk_bytes> chunk;
  while (true) {
    std::size_t out_left = chunk.size();
    std::uint8_t* out = chunk.data();
    const auto status = BrotliDecoderDecompressStream(state.get(), &in_left, &in, &out_left, &out, nullptr);
    append(result, {reinterpret_cast<const char*>(chunk.data()), chunk.size() - out_left}, bytes_max);
    if (result.size() > bytes_max) return std::unexpected(DecodingFailure::too_large);
    if (status == BROTLI_DECODER_RESULT_SUCCESS) return result;
    if (status != BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT) return std::unexpected(DecodingFailure::malformed);
  }
}

}  // namespace

Decoded decode_content(std::string body, std::string_view coding, std::size_t bytes_max) {
  const auto name = lower_case(protocol::http::trim_whitespace(coding));
  if (name.empty() || name == "identity") {
    if (body.size() > bytes_max) return std::unexpected(DecodingFailure::too_large);
    return body;
  }
  if (name == "gzip") return inflated(body, gzip_window_bits, bytes_max);
  if (name == "deflate") return inflated(body, deflate_window_bits(body), bytes_max);
  if (name == "br") return brotli_decoded(body, bytes_max);
  return std::unexpected(DecodingFailure::unsupported);
}

}  // namespace parley::http_api
