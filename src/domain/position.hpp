// A position is two numbers. `seq` alone cannot distinguish two histories. Example: a client saw [1, 2, 3]; the server lost 3 and stored
// another 3. Both are at seq 3. The digest covers everything up to `seq`, so a client that resumes at a position learns whether the server
// still has the same history.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"

namespace parley::domain {

struct Position {
  std::uint32_t seq = 0;    // 0: before the first entry
  std::uint64_t proof = 0;  // the first eight bytes of the digest at `seq`, big-endian

  /// `42.9f86d081884c7d65`: decimal, dot, 16 lower-case hexadecimal digits.
  [[nodiscard]] static std::optional<Position> parse(std::string_view text);
  [[nodiscard]] static Position at(std::uint32_t seq, const Digest32& digest);
  [[nodiscard]] std::string to_string() const;
  void append_to(std::string& out) const;

  friend auto operator<=>(const Position&, const Position&) = default;
};

/// A place in a log as a client names it: a position, or only a seq, which proves nothing.
struct LogPlace {
  std::uint32_t seq = 0;
  std::optional<std::uint64_t> proof;

  /// A position, or only its seq: `42`.
  [[nodiscard]] static std::optional<LogPlace> parse(std::string_view text);

  friend bool operator==(const LogPlace&, const LogPlace&) = default;
};

}  // namespace parley::domain
