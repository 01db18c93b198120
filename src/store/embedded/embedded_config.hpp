// What a deployment may set about the embedded store. Filled by `config`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/limits.hpp"

namespace parley::store::embedded {

struct EmbeddedConfig {
  std::string directory;  // made if missing; one process at a time
  std::size_t reader_threads = limits::reader_threads_default;
  std::uint64_t free_bytes_min = limits::free_bytes_min;                // below: texts, sessions, reopenings are `store_full`
  std::size_t block_cache_bytes = limits::block_cache_bytes_default;    // of the data read lately
  std::size_t write_buffer_bytes = limits::write_buffer_bytes_default;  // of one family, before it goes to a file
};

}  // namespace parley::store::embedded
