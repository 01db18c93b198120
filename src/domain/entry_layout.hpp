// Sizes from docs/formats/entry.md that more than one codec needs. Internal to `domain`.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/limits.hpp"

namespace parley::domain::layout {

// version, kind, flags, seq, id, timestamp, lengths of sender and role, key, commitment, number of extensions
inline constexpr std::size_t core_fixed_bytes = 1 + 1 + 1 + 4 + 12 + 8 + 1 + 1 + 16 + 32 + 2;
inline constexpr std::size_t core_seq_offset = 3;
inline constexpr std::size_t core_timestamp_offset = core_seq_offset + 4 + 12;
inline constexpr std::size_t extension_head_bytes = 2 + 2;  // type, length

inline constexpr std::size_t salt_bytes = 32;  // first in the body; the commitment covers the bytes after it
// salt, message type, lengths of text and client message id, number of attributes
inline constexpr std::size_t body_fixed_bytes = salt_bytes + 1 + 2 + 1 + 1;
inline constexpr std::size_t attribute_head_bytes = 1 + 2;  // lengths of name and value
inline constexpr std::size_t attribute_name_bytes_max = 32;

inline constexpr std::size_t checksum_bytes = 4;
// digest, key id, texts ever, deletions, first and last live text, number of roles, checksum
inline constexpr std::size_t trailer_fixed_bytes = 32 + 1 + 4 + 4 + 8 + 8 + 1 + checksum_bytes;
inline constexpr std::size_t role_counter_fixed_bytes = 1 + 4 + 8;  // length of the role, live texts, live code points

inline constexpr std::uint8_t record_version = 1;
inline constexpr std::size_t record_head_bytes = 1 + 2 + 2;  // version, lengths of core and body

// Each length of a record fits into two bytes, because the trailer needs a part of entry_bytes_max.
static_assert(limits::entry_bytes_max - trailer_fixed_bytes <= 0xffff);

}  // namespace parley::domain::layout
