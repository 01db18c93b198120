#include "main/allocator.hpp"

#include "base/idle_memory.hpp"

#ifdef PARLEY_MIMALLOC  // absent under sanitizers, which bring an allocator of their own
#include <mimalloc.h>
#endif

namespace parley::main {

void configure_allocator() {
#ifdef PARLEY_MIMALLOC
  mi_option_set_default(mi_option_decommit_extend_delay, 0);
  memory_returner = [] { mi_collect(true); };
#endif
}

}  // namespace parley::main
