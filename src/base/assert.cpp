// How a broken assumption ends the process: one line that names it, then abort, so that a core dump shows the state.
#include "base/assert.hpp"

#include <cstdio>
#include <cstdlib>

namespace parley {

void assertion_failed(const char* expression, const char* file, int line) noexcept {
  std::fprintf(stderr, "parley: assertion failed: %s (%s:%d)\n", expression, file, line);
  std::abort();
}

}  // namespace parley
