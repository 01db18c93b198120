// What a deployment may set about the MongoDB store. Filled by `config`.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/limits.hpp"

namespace parley::store::mongo {

struct MongoConfig {
  std::string uri;                                             // mongodb://…/DATABASE or mongodb+srv://…
  std::size_t writers = limits::mongo_writers_default;         // bulks on their way at one time
  std::size_t reader_threads = limits::mongo_readers_default;  // read jobs at one time
  std::uint64_t free_bytes_min = limits::free_bytes_min;       // at the database; below: texts, sessions, reopenings are `store_full`
  std::chrono::milliseconds append_deadline = limits::mongo_append_deadline;
  std::chrono::milliseconds index_patience = std::chrono::minutes{30};  // for an index to be made when the store is opened
};

}  // namespace parley::store::mongo
