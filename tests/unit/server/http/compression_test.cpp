// Compressed data decompresses to the original, and data that would not shrink stays uncompressed.
#include "server/http/compression.hpp"

#include <gtest/gtest.h>
#include <zlib.h>

#include <random>

namespace parley::server {
namespace {

using protocol::http::ContentCoding;

std::string inflated(const std::string& body) {
  z_stream stream{};
  EXPECT_EQ(inflateInit2(&stream, 15 + 32), Z_OK);  // either format
  std::string out(1 << 20, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(body.data()));
  stream.avail_in = static_cast<uInt>(body.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  inflateEnd(&stream);
  return out;
}

TEST(Compression, comes_back) {
  std::string body;
  for (int count = 0; count < 200; ++count) body += "42[\"chat-message\",{\"seq\":" + std::to_string(count) + "}]\x1e";
  for (const ContentCoding coding : {ContentCoding::gzip, ContentCoding::deflate}) {
    const auto small = compressed(body, coding);
    ASSERT_TRUE(small.has_value());
    EXPECT_LT(small->size(), body.size() / 2);
    EXPECT_EQ(inflated(*small), body);
    EXPECT_EQ((*small)[0], coding == ContentCoding::gzip ? '\x1f' : '\x78');
  }
}

TEST(Compression, that_does_not_help_is_left_out) {
  std::mt19937 random(1);
  std::string noise(5000, '\0');
  for (char& byte : noise) byte = static_cast<char>(random());
  EXPECT_EQ(compressed(noise, ContentCoding::gzip), std::nullopt);
  EXPECT_EQ(compressed("a", ContentCoding::gzip), std::nullopt);
  EXPECT_EQ(compressed("", ContentCoding::gzip), std::nullopt);
  EXPECT_EQ(compressed(std::string(5000, 'a'), ContentCoding::identity), std::nullopt);
}

}  // namespace
}  // namespace parley::server
