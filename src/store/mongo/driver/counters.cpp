#include "store/mongo/driver/counters.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <string>

namespace parley::store::mongo {

void remove_name_of_counters() {
  shm_unlink(("/mongoc-" + std::to_string(getpid())).c_str());
}

}  // namespace parley::store::mongo
