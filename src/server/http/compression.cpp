#include "server/http/compression.hpp"

#include <zlib.h>

namespace parley::server {

using protocol::http::ContentCoding;

namespace {

constexpr int gzip_window_bits = 15 + 16;
constexpr int zlib_window_bits = 15;  // `deflate` of HTTP is the zlib format (RFC 9110 §8.4.1.2)
constexpr int memory_level = 8;       // zlib's own default

}  // namespace

std::optional<std::string> compressed(std::string_view body, ContentCoding coding) {
  if (coding == ContentCoding::identity || body.empty()) return std::nullopt;
  z_stream stream{};
  const int window_bits = coding == ContentCoding::gzip ? gzip_window_bits : zlib_window_bits;
  if (deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, window_bits, memory_level, Z_DEFAULT_STRATEGY) != Z_OK) return std::nullopt;
  std::string out(body.size(), '\0');                                         // a longer result is not worth sending
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(body.data()));  // zlib only reads it
  stream.avail_in = static_cast<uInt>(body.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const bool finished = deflate(&stream, Z_FINISH) == Z_STREAM_END;
  out.resize(stream.total_out);
  deflateEnd(&stream);
  if (!finished) return std::nullopt;
  return out;
}

}  // namespace parley::server
