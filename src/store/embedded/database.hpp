// How this store uses RocksDB: its families, its options, and the checks before a directory is opened for writing.
//
// The directory is opened read-only first. This replays the write-ahead log without changing a file. Format,
// completeness (SYNCED) and damage are checked there, so a refused directory stays exactly as it was.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/log_sink.hpp"
#include "base/result.hpp"
#include "store/common/store_state.hpp"
#include "store/embedded/embedded_config.hpp"
#include "store/embedded/layout.hpp"
#include "store/embedded/synced_file.hpp"

namespace rocksdb {
class Cache;
class ColumnFamilyHandle;
class DB;
class Env;
class FileSystem;
struct DBOptions;
}  // namespace rocksdb

namespace parley::store::embedded {

class Database {
 public:
  struct Dependencies {
    std::shared_ptr<rocksdb::FileSystem> files;
    const Clock& clock;
    StoreState& state;  // receives background errors
    LogSink& logs;
  };

  /// Errors: store_failed. The text says what happened, where, and how to fix it.
  [[nodiscard]] static Result<std::unique_ptr<Database>> open(const EmbeddedConfig& config, Dependencies deps);
  /// Closes the files. Committed data is safe in them.
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  [[nodiscard]] rocksdb::DB& db() const { return *db_; }
  [[nodiscard]] rocksdb::ColumnFamilyHandle* family(Family family) const { return families_[static_cast<std::size_t>(family)]; }
  [[nodiscard]] rocksdb::FileSystem& files() const { return *files_; }
  [[nodiscard]] SyncedFile& synced_file() const { return *synced_file_; }
  /// Whether the files that the next commit and the next start need are still in place. Committer
  /// thread. Error store_failed: the data folder or one of the files was removed, renamed or replaced.
  [[nodiscard]] Result<void> are_files_in_place(const std::string& directory) const;
  /// The same for SYNCED alone, which is cheaper. It also shows whether the folder is still the one that was opened.
  [[nodiscard]] Result<void> is_synced_file_in_place(const std::string& directory) const;
  struct Memory {
    std::uint64_t cache_bytes = 0;
    std::uint64_t write_buffer_bytes = 0;
  };
  [[nodiscard]] Memory memory() const;
  /// The sequence number of the last write. Committer thread.
  [[nodiscard]] std::uint64_t latest_sequence() const;

 private:
  Database();
  [[nodiscard]] static Result<void> open_synced_file(Database& database, const std::string& directory,
                                                     const std::optional<SyncedFile::Content>& content, LogSink& logs);
  [[nodiscard]] Result<void> open_for_writing(const EmbeddedConfig& config, rocksdb::DBOptions& options, const Clock& clock);

  std::shared_ptr<rocksdb::FileSystem> files_;
  std::unique_ptr<rocksdb::Env> env_;  // must outlive db_
  std::shared_ptr<rocksdb::Cache> cache_;
  std::unique_ptr<rocksdb::DB> db_;
  std::vector<rocksdb::ColumnFamilyHandle*> families_;  // by Family; owned, freed before db_
  std::unique_ptr<SyncedFile> synced_file_;
};

}  // namespace parley::store::embedded
