// Functions that every engine needs for stored entries.
#pragma once

#include "base/result.hpp"
#include "domain/entry.hpp"
#include "domain/position.hpp"

namespace parley::store {

/// Error log_corrupt: the trailer is malformed or does not match the entry.
[[nodiscard]] Result<domain::Position> position_of(const domain::EncodedEntry& entry);

}  // namespace parley::store
