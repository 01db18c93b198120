// /proc is kernel memory and not a disk, so reading it never waits.
#include "observability/process_memory.hpp"

#include <unistd.h>

#include <fstream>

namespace parley::observability {

std::uint64_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");  // proc(5): size resident shared …, in pages
  std::uint64_t size = 0;
  std::uint64_t resident = 0;
  if (!(statm >> size >> resident)) return 0;
  return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace parley::observability
