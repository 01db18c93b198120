// How much one read of a log brings, in entries and in bytes. One text has a byte, another thirty thousand, so a number of entries
// alone bounds no memory.
#pragma once

#include <cstddef>
#include <limits>
#include <span>

#include "base/limits.hpp"
#include "domain/entry.hpp"

namespace parley::store {

/// Entries are taken, in their order, until they are so many or hold so many bytes (at least 1) as they are stored. The last of them may
/// pass `bytes`, so a read brings at least one entry, and at most one more than `bytes` holds.
class Portion {
 public:
  static constexpr std::size_t unbounded = std::numeric_limits<std::size_t>::max();

  /// A bare number is a number of entries.
  constexpr Portion(std::size_t entries, std::size_t bytes = unbounded) : entries_(entries), bytes_(bytes) {}

  [[nodiscard]] constexpr std::size_t entries() const { return entries_; }
  [[nodiscard]] constexpr std::size_t bytes() const { return bytes_; }

  /// Whether so many entries with so many bytes are the whole portion.
  [[nodiscard]] constexpr bool is_full(std::size_t entries, std::size_t bytes) const { return entries >= entries_ || bytes >= bytes_; }
  /// The same of what a read brought: false says that the log ended there.
  [[nodiscard]] bool is_full(std::span<const domain::EncodedEntry> taken) const {
    std::size_t bytes = 0;
    for (const domain::EncodedEntry& entry : taken) bytes += entry.size_bytes();
    return is_full(taken.size(), bytes);
  }

 private:
  std::size_t entries_;
  std::size_t bytes_;
};

/// What one read of a conflict or of news brings; the rest comes by reading on.
inline constexpr Portion conflict_tail{limits::conflict_tail_entries_max, limits::conflict_tail_bytes_max};

}  // namespace parley::store
