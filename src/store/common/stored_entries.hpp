// What every engine asks of entries as they are stored.
#pragma once

#include <span>

#include "base/result.hpp"
#include "domain/entry.hpp"
#include "domain/position.hpp"

namespace parley::store {

/// Error log_corrupt: the trailer is not one.
[[nodiscard]] Result<domain::Position> position_of(const domain::EncodedEntry& entry);
/// Whether `stored` begins with what was appended: by core, for a body may have been erased since.
[[nodiscard]] bool are_same(std::span<const domain::EncodedEntry> stored, std::span<const domain::EncodedEntry> appended);

}  // namespace parley::store
