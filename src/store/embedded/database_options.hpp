// Every option of RocksDB that differs from its default, with the reason. Internal to database*.cpp.
#pragma once

#include <memory>

#include "base/clock.hpp"
#include "base/log_sink.hpp"
#include "store/common/store_state.hpp"
#include "store/embedded/embedded_config.hpp"
#include "store/embedded/layout.hpp"

namespace rocksdb {
struct ColumnFamilyOptions;
struct DBOptions;
class Cache;
class Env;
}  // namespace rocksdb

namespace parley::store::embedded {

[[nodiscard]] rocksdb::DBOptions database_options(rocksdb::Env& env, StoreState& state, LogSink& logs);
[[nodiscard]] rocksdb::ColumnFamilyOptions family_options(Family family, const EmbeddedConfig& config, const Clock& clock,
                                                          const std::shared_ptr<rocksdb::Cache>& cache);

}  // namespace parley::store::embedded
