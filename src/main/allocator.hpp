// Settings of the allocator.
#pragma once

namespace parley::main {

/// Call it first. Memory that was freed goes back to the system after 25 ms, however busy the server is. By default mimalloc postpones this
/// with each further free, so a server under attack kept three times the memory that it used. The environment (MIMALLOC_…) has precedence.
/// Threads that fall idle return their memory, too (base/idle_memory.hpp).
void configure_allocator();

}  // namespace parley::main
