// The only macro of the code base. Assert only what a bug in this program could break. A mistake of a client or a failure of a disk is an
// error with a code. Assertions stay on in release builds.
#pragma once

namespace parley {

/// Prints the expression and its source location, then aborts. Never returns.
[[noreturn]] void assertion_failed(const char* expression, const char* file, int line) noexcept;

}  // namespace parley

#define PARLEY_ASSERT(expression) ((expression) ? static_cast<void>(0) : ::parley::assertion_failed(#expression, __FILE__, __LINE__))
