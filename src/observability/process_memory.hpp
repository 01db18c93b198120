// What the system says of this process.
#pragma once

#include <cstdint>

namespace parley::observability {

/// Resident memory, in bytes; 0 where the system does not say.
[[nodiscard]] std::uint64_t resident_bytes();

}  // namespace parley::observability
