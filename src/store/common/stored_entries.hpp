// Functions that every engine needs for stored entries.
#pragma once

#include <span>

#include "base/result.hpp"
#include "domain/entry.hpp"
#include "domain/position.hpp"

namespace parley::store {

/// Error log_corrupt: the trailer is malformed or does not match the entry.
[[nodiscard]] Result<domain::Position> position_of(const domain::EncodedEntry& entry);
/// Whether `stored` begins with the appended entries. Compares cores only, because a body may have been erased since.
[[nodiscard]] bool are_same(std::span<const domain::EncodedEntry> stored, std::span<const domain::EncodedEntry> appended);

}  // namespace parley::store
