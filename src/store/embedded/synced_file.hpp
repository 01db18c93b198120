// SYNCED holds the last sequence number of the database that a commit has synced. If recovery ends below it, an
// acknowledged write is lost, and opening is refused with that reason. It is written in place after every commit (32
// bytes, so a sector never tears it) and synced every second and at close: docs/formats/embedded-store.md, "SYNCED".
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
    bool loss_accepted = false;  // an operator wrote `accept-loss` into the file
  };

  /// Empty if the file does not exist. Error store_failed: unreadable or damaged.
  [[nodiscard]] static Result<std::optional<Content>> read(rocksdb::FileSystem& files, const std::string& directory);
  /// Opens the file. If it is missing, creates it with sequence 0, and syncs the file and its directory.
  [[nodiscard]] static Result<std::unique_ptr<SyncedFile>> open(rocksdb::FileSystem& files, const std::string& directory);

  ~SyncedFile();
  SyncedFile(const SyncedFile&) = delete;
  SyncedFile& operator=(const SyncedFile&) = delete;

  [[nodiscard]] Result<void> write(std::uint64_t sequence);
  /// Makes the last write durable.
  [[nodiscard]] Result<void> sync();
  /// Whether the path still names the opened file. Error store_failed: it does
  /// not. The check is one system call, because it runs before every commit.
  [[nodiscard]] Result<void> is_in_place() const;

 private:
  /// Distinguishes a file from every other file of the machine.
  struct Identity {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    bool operator==(const Identity&) const = default;
  };

  SyncedFile(std::unique_ptr<rocksdb::FSRandomRWFile> file, std::string path, std::optional<Identity> identity);
  /// Empty if the system gives no answer for a reason other than the file's absence.
  [[nodiscard]] static Result<std::optional<Identity>> identity_of(const std::string& path);

  std::unique_ptr<rocksdb::FSRandomRWFile> file_;
  std::string path_;
  std::optional<Identity> identity_;
  bool dirty_ = false;
};

}  // namespace parley::store::embedded
