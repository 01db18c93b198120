// The settings of the embedded store that a deployment may change. Filled by `config`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/limits.hpp"

namespace parley::store::embedded {

struct EmbeddedConfig {
  std::string directory;  // created if missing; one process at a time
  std::size_t reader_threads = limits::reader_threads_default;
  std::uint64_t free_bytes_min = limits::free_bytes_min;                // below: texts, new sessions and reopenings get `store_full`
  std::size_t block_cache_bytes = limits::block_cache_bytes_default;    // of recently read data
  std::size_t write_buffer_bytes = limits::write_buffer_bytes_default;  // of one family, before RocksDB writes it to a file
};

}  // namespace parley::store::embedded
