// The settings of the MongoDB store that a deployment may change. Filled by `config`.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/limits.hpp"

namespace parley::store::mongo {

struct MongoConfig {
  std::string uri;                                             // mongodb://…/DATABASE or mongodb+srv://…
  std::size_t writers = limits::mongo_writers_default;         // bulk writes at one time
  std::size_t reader_threads = limits::mongo_readers_default;  // read jobs at one time
  std::uint64_t free_bytes_min = limits::free_bytes_min;       // at the database; below: texts, sessions, reopenings get `store_full`
  std::chrono::milliseconds append_deadline = limits::mongo_append_deadline;
  std::chrono::milliseconds index_patience = std::chrono::minutes{30};  // time for building an index when the store is opened
};

}  // namespace parley::store::mongo
