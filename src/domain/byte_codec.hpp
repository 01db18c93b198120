// Reads and writes the record formats: big-endian numbers, and bytes preceded by their length. Internal to `domain` and to engines that
// keep their own rows.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "domain/role.hpp"

namespace parley::domain {

/// `memory` without its content, with room for `size_bytes`.
[[nodiscard]] Bytes empty_bytes(Bytes memory, std::size_t size_bytes);

void append_u8(Bytes& out, std::uint8_t value);
void append_u16(Bytes& out, std::uint16_t value);
void append_u32(Bytes& out, std::uint32_t value);
void append_u40(Bytes& out, std::uint64_t value);
void append_u64(Bytes& out, std::uint64_t value);
/// Milliseconds since 1970 as a signed 64-bit number.
void append_time(Bytes& out, Timestamp time);
/// Writes the length in one byte, then the bytes.
void append_short_bytes(Bytes& out, BytesView bytes);
/// Writes the length in two bytes, then the bytes.
void append_long_bytes(Bytes& out, BytesView bytes);
void append_role(Bytes& out, const Role& role);
/// Writes the length in one byte, then the bytes.
void append_id(Bytes& out, const TextId& id);

template <std::size_t N>
void append_array(Bytes& out, const std::array<std::uint8_t, N>& bytes) {
  out.append(view_of(bytes));
}

/// True for times that can be written as `<iso>`. Any other time in stored bytes is damage.
[[nodiscard]] bool is_storable(Timestamp time);

/// Reads from the front. The reader remembers the offset of the first piece that does not match; every later piece reads as zero. So a
/// decoder needs no branches and checks once, at its end.
class ByteReader {
 public:
  /// `what` names the bytes in error texts: `core`, `body`, …
  ByteReader(BytesView bytes, std::string_view what) : bytes_(bytes), what_(what) {}

  [[nodiscard]] std::uint8_t u8();
  [[nodiscard]] std::uint16_t u16();
  [[nodiscard]] std::uint32_t u32();
  [[nodiscard]] std::uint64_t u40();
  [[nodiscard]] std::uint64_t u64();
  [[nodiscard]] Timestamp time();
  [[nodiscard]] Role role();
  [[nodiscard]] ObjectId object_id() { return {array<12>()}; }
  [[nodiscard]] SessionId session_id();
  [[nodiscard]] UserId user_id();
  [[nodiscard]] UserId user_id_or_server();  // length 0: the server itself
  [[nodiscard]] BytesView short_bytes();     // length in one byte
  [[nodiscard]] BytesView long_bytes();      // length in two bytes
  [[nodiscard]] BytesView rest();            // all remaining bytes

  template <std::size_t N>
  [[nodiscard]] std::array<std::uint8_t, N> array() {
    std::array<std::uint8_t, N> result{};
    const BytesView bytes = take(N);
    if (bytes.size() == N) std::memcpy(result.data(), bytes.data(), N);
    return result;
  }

  /// If `holds` is false, marks the piece that began `back` bytes ago as wrong. An earlier failure is kept.
  void expect(bool holds, std::size_t back, std::string_view expected);
  [[nodiscard]] bool failed() const { return failed_; }
  /// Error log_corrupt if a piece did not match, or if bytes remain.
  [[nodiscard]] Result<void> finish();

 private:
  [[nodiscard]] BytesView take(std::size_t size_bytes);
  [[nodiscard]] std::uint64_t number(std::size_t size_bytes);

  BytesView bytes_;
  std::string_view what_;
  std::size_t offset_ = 0;
  bool failed_ = false;
  std::size_t failed_offset_ = 0;
  std::string_view expected_;
};

/// log_corrupt: `<what>, offset <n>: expected <expected>`.
[[nodiscard]] std::unexpected<Error> damaged(std::string_view what, std::size_t offset, std::string_view expected);

}  // namespace parley::domain
