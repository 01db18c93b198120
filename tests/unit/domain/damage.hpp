// Damages bytes in every simple way, and checks the result.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "domain/error_code.hpp"

namespace parley::domain::test {

/// Calls `visit` with every shorter prefix of `bytes`, including the empty one.
template <typename Visit>
void for_each_truncation(const Bytes& bytes, Visit visit) {
  for (std::size_t size = 0; size < bytes.size(); ++size) visit(bytes.substr(0, size));
}

/// Calls `visit` with `bytes` after each byte was changed in one, in several and in all of its bits.
template <typename Visit>
void for_each_flip(const Bytes& bytes, Visit visit) {
  for (std::size_t offset = 0; offset < bytes.size(); ++offset) {
    for (const int mask : {0x01, 0x10, 0x80, 0x55, 0xff}) {
      Bytes damaged = bytes;
      damaged[offset] = static_cast<char>(damaged[offset] ^ mask);
      visit(damaged, offset);
    }
  }
}

template <typename T>
void expect_damaged(const Result<T>& result, std::string_view detail) {
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, ErrorCode::log_corrupt);
  EXPECT_NE(result.error().detail.find(detail), std::string::npos) << result.error().detail;
  EXPECT_EQ(result.error().message, "The record of this session is damaged") << "internals stay in `detail`";
}

/// `bytes` with the bytes at `offset` replaced.
[[nodiscard]] inline Bytes patched(Bytes bytes, std::size_t offset, BytesView by) {
  return bytes.replace(offset, by.size(), by);
}

}  // namespace parley::domain::test
