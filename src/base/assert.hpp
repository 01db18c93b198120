// The only macro of the code base. An assertion is for our own mistakes, never for a client's
// or a disk's: those are errors with a code. Assertions stay on in release builds.
#pragma once

namespace parley {

/// Prints where and what, then aborts. Never returns.
[[noreturn]] void assertion_failed(const char* expression, const char* file, int line) noexcept;

}  // namespace parley

#define PARLEY_ASSERT(expression) ((expression) ? static_cast<void>(0) : ::parley::assertion_failed(#expression, __FILE__, __LINE__))
