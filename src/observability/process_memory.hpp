// Facts about this process from the operating system.
#pragma once

#include <cstdint>

namespace parley::observability {

/// Resident memory in bytes; 0 if the system does not report it.
[[nodiscard]] std::uint64_t resident_bytes();

}  // namespace parley::observability
