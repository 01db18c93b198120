// The limit of one read of a log, in entries and in bytes. A text may have one
// byte or thirty thousand, so a number of entries alone does not limit memory.
#pragma once

#include <cstddef>
#include <limits>
#include <span>

#include "base/limits.hpp"
#include "domain/entry.hpp"

namespace parley::store {

/// A read takes entries in order until it has `entries` entries or `bytes` bytes (at least 1), as stored. The last
/// entry may exceed `bytes`. So a read returns at least one entry, and at most one more than fits into `bytes`.
class Portion {
 public:
  static constexpr std::size_t unbounded = std::numeric_limits<std::size_t>::max();

  /// A plain number is a number of entries.
  constexpr Portion(std::size_t entries, std::size_t bytes = unbounded) : entries_(entries), bytes_(bytes) {}

  [[nodiscard]] constexpr std::size_t entries() const { return entries_; }
  [[nodiscard]] constexpr std::size_t bytes() const { return bytes_; }

  /// Whether this many entries with this many bytes fill the portion.
  [[nodiscard]] constexpr bool is_full(std::size_t entries, std::size_t bytes) const { return entries >= entries_ || bytes >= bytes_; }
  /// The same for the result of a read: false means that the log ended there.
  [[nodiscard]] bool is_full(std::span<const domain::EncodedEntry> taken) const {
    std::size_t bytes = 0;
    for (const domain::EncodedEntry& entry : taken) bytes += entry.size_bytes();
    return is_full(taken.size(), bytes);
  }

 private:
  std::size_t entries_;
  std::size_t bytes_;
};

/// The limit of one read of a conflict or of news; further reads give the rest.
inline constexpr Portion conflict_tail{limits::conflict_tail_entries_max, limits::conflict_tail_bytes_max};

}  // namespace parley::store
