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
  /// Whether the path still names the file that is written here. Error store_failed: it does not. One system call: asked before every
  /// commit.
  [[nodiscard]] Result<void> is_in_place() const;

 private:
  /// What tells a file from every other one of the machine.
  struct Identity {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    bool operator==(const Identity&) const = default;
  };

  SyncedFile(std::unique_ptr<rocksdb::FSRandomRWFile> file, std::string path, std::optional<Identity> identity);
  /// Nothing: the system does not tell, for whatever reason but the file's absence.
  [[nodiscard]] static Result<std::optional<Identity>> identity_of(const std::string& path);

  std::unique_ptr<rocksdb::FSRandomRWFile> file_;
  std::string path_;
  std::optional<Identity> identity_;
  bool dirty_ = false;
};

}  // namespace parley::store::embedded
