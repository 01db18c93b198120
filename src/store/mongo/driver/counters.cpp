#include "store/mongo/driver/counters.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdio>

namespace parley::store::mongo {
namespace {

/// The loader runs this function before it starts the libraries. Another process may have had our number and may have been killed before
/// its main; its file is removed here, so that libmongoc finds the name free. No library is started yet: plain functions of libc only.
void remove_name_of_predecessor(int /*argument_count*/, char** /*arguments*/, char** /*environment*/) {
  remove_name_of_counters();
}

[[gnu::section(".preinit_array"), gnu::used]] void (*const before_the_libraries_start)(int, char**, char**) = remove_name_of_predecessor;

}  // namespace

void remove_name_of_counters() {
  char name[32];
  std::snprintf(name, sizeof(name), "/mongoc-%d", getpid());
  shm_unlink(name);
}

}  // namespace parley::store::mongo
