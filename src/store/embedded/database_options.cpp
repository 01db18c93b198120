#include "store/embedded/database_options.hpp"

#include <rocksdb/cache.h>
#include <rocksdb/compaction_filter.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/listener.h>
#include <rocksdb/options.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/table.h>

#include <cstdarg>
#include <cstdio>

#include "base/limits.hpp"

namespace parley::store::embedded {

namespace {

/// A failed flush or compaction in the background is as final as a failed write of a commit.
class BackgroundErrors final : public rocksdb::EventListener {
 public:
  explicit BackgroundErrors(StoreState& state) : state_(state) {}
  void OnBackgroundError(rocksdb::BackgroundErrorReason, rocksdb::Status* error) override {
    state_.fail("Background work of the database failed: " + error->ToString());
  }
  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason, rocksdb::Status, bool* auto_recovery) override { *auto_recovery = false; }

 private:
  StoreState& state_;
};

/// Passes RocksDB's warnings to the server's log, so RocksDB keeps no log files in the directory.
class LogBridge final : public rocksdb::Logger {
 public:
  explicit LogBridge(LogSink& logs) : rocksdb::Logger(rocksdb::InfoLogLevel::WARN_LEVEL), logs_(logs) {}
  using rocksdb::Logger::Logv;
  void Logv(const rocksdb::InfoLogLevel level, const char* format, va_list arguments) override {
    if (level < GetInfoLogLevel() || level == rocksdb::InfoLogLevel::HEADER_LEVEL) return;
    char line[1024];
    std::vsnprintf(line, sizeof(line), format, arguments);
    logs_.write(level >= rocksdb::InfoLogLevel::ERROR_LEVEL ? LogLevel::error : LogLevel::warning, "store", line);
  }
  void Logv(const char*, va_list) override {}  // lines without a level are of no interest

 private:
  LogSink& logs_;
};

/// Drops expired signalling records when RocksDB rewrites their file anyway. Reads filter out the remaining ones.
class SignallingExpiry final : public rocksdb::CompactionFilter {
 public:
  explicit SignallingExpiry(const Clock& clock) : clock_(clock) {}
  [[nodiscard]] const char* Name() const override { return "parley.signalling_expiry"; }
  // five parameters: RocksDB declares them
  bool Filter(int, const rocksdb::Slice& key, const rocksdb::Slice&, std::string*, bool*) const override {
    return key.size() == signalling_key_bytes && time_of_signalling(key.ToStringView()) < clock_.now() - limits::signalling_kept;
  }

 private:
  const Clock& clock_;
};

class SignallingExpiryFactory final : public rocksdb::CompactionFilterFactory {
 public:
  explicit SignallingExpiryFactory(const Clock& clock) : clock_(clock) {}
  [[nodiscard]] const char* Name() const override { return "parley.signalling_expiry"; }
  std::unique_ptr<rocksdb::CompactionFilter> CreateCompactionFilter(const rocksdb::CompactionFilter::Context&) override {
    return std::make_unique<SignallingExpiry>(clock_);
  }

 private:
  const Clock& clock_;
};

}  // namespace

rocksdb::DBOptions database_options(rocksdb::Env& env, StoreState& state, LogSink& logs) {
  rocksdb::DBOptions options;
  options.env = &env;
  options.info_log = std::make_shared<LogBridge>(logs);
  options.listeners.push_back(std::make_shared<BackgroundErrors>(state));
  options.paranoid_checks = true;
  // The tolerant mode would accept a damaged last record. This mode stops there, and SYNCED shows whether an acknowledged write is lost.
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  options.avoid_flush_during_recovery = false;
  options.max_total_wal_size = limits::wal_bytes_max;
  options.recycle_log_file_num = 0;  // a retired log must not keep erased bodies
  options.max_bgerror_resume_count = 0;
  options.allow_concurrent_memtable_write = false;  // there is one writer, and the memtable's insert hint needs this
  options.max_background_jobs = 2;
  options.bytes_per_sync = 1024 * 1024;         // write files of flushes and compactions steadily: a burst would delay a commit's sync
  options.skip_stats_update_on_db_open = true;  // opening must not read the data
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  return options;
}

rocksdb::ColumnFamilyOptions family_options(Family family, const EmbeddedConfig& config, const Clock& clock,
                                            const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::ColumnFamilyOptions options;
  options.write_buffer_size = config.write_buffer_bytes;
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache;
  table.cache_index_and_filter_blocks = false;  // they are few, and the cost of reading a page must not depend on the cache
  table.format_version = 5;
  const bool by_session = family == Family::log || family == Family::keys || family == Family::deleted || family == Family::signalling;
  if (by_session) {
    options.prefix_extractor.reset(rocksdb::NewFixedPrefixTransform(session_prefix_bytes));
    options.memtable_insert_with_hint_prefix_extractor = options.prefix_extractor;
  }
  // Filter by whole keys where single keys are read (idempotency keys, rows), and by prefix where a session is read.
  const bool by_point = family == Family::keys || family == Family::directory || family == Family::users;
  if (by_session || by_point) table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.whole_key_filtering = by_point;
  if (family == Family::signalling) {
    options.compaction_filter_factory = std::make_shared<SignallingExpiryFactory>(clock);
    options.periodic_compaction_seconds = 24 * 60 * 60;
  }
  // Merge level 0 half as often as by default (4): the files here are small, and filters keep reads cheap.
  options.level0_file_num_compaction_trigger = 8;
  // Most texts are written to the first levels twice. Compressing them there costs processor time that messages need, and saves little space.
  options.compression_per_level = {rocksdb::kNoCompression, rocksdb::kNoCompression, rocksdb::kLZ4Compression};
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

}  // namespace parley::store::embedded
