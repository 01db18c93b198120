// A broken assertion prints one line that names it and then aborts, so that a core dump shows the state.
#include "base/assert.hpp"

#include <cstdio>
#include <cstdlib>

namespace parley {

void assertion_failed(const char* expression, const char* file, int line) noexcept {
  std::fprintf(stderr, "parley: assertion failed: %s (%s:%d)\n", expression, file, line);
  std::abort();
}

}  // namespace parley
