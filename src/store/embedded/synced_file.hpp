// SYNCED: the last sequence number of the database that a commit has synced. Recovery that ends below it has lost something that was
// acknowledged, and is refused by name. Written in place after every commit (32 bytes, so never torn by a sector), synced every
// second and at close: docs/formats/embedded-store.md, "SYNCED".
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/result.hpp"

namespace rocksdb {
class FileSystem;
class FSRandomRWFile;
class FSSequentialFile;
}  // namespace rocksdb

namespace parley::store::embedded {

class SyncedFile {
 public:
  struct Content {
    std::uint64_t sequence = 0;  // 0: nothing was ever acknowledged
    bool loss_accepted = false;  // an operator wrote `accept-loss`
  };

  /// Nothing when there is no such file. Error store_failed: unreadable or damaged.
  [[nodiscard]] static Result<std::optional<Content>> read(rocksdb::FileSystem& files, const std::string& directory);
  /// Makes the file with `sequence`, synced, its directory too, or opens the one that is there.
  [[nodiscard]] static Result<std::unique_ptr<SyncedFile>> open(rocksdb::FileSystem& files, const std::string& directory);

  ~SyncedFile();
  SyncedFile(const SyncedFile&) = delete;
  SyncedFile& operator=(const SyncedFile&) = delete;

  [[nodiscard]] Result<void> write(std::uint64_t sequence);
  /// Makes the last write durable.
  [[nodiscard]] Result<void> sync();
  /// Whether the file of this name in the directory is the one that is written here: it holds the last write. Error store_failed: it does
  /// not.
  [[nodiscard]] Result<void> is_as_written(rocksdb::FileSystem& files, const std::string& directory) const;

 private:
  [[nodiscard]] static Result<Content> content_of(rocksdb::FSSequentialFile& file, const std::string& path);
  explicit SyncedFile(std::unique_ptr<rocksdb::FSRandomRWFile> file);

  std::unique_ptr<rocksdb::FSRandomRWFile> file_;
  std::uint64_t written_ = 0;
  bool dirty_ = false;
};

}  // namespace parley::store::embedded
