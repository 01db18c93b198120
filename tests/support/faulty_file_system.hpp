// A disk with faults that a test requests by name. It wraps the real file system, so the surviving data is really on the disk.
//
// For every file it remembers how much was synced, and whether the directory was synced since the file was created. After `power_off` every
// operation that changes the disk fails. `drop_unsynced`, called when the files are closed, leaves the directory in the worst state that a
// power loss allows.
//
// Simplified  Deletions and renames are durable at once. A file loses only its unsynced end: no holes, no reordered writes.
// Threads     any.
#pragma once

#include <rocksdb/file_system.h>

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace parley::test {

class FaultyFileSystem final : public rocksdb::FileSystemWrapper {
 public:
  FaultyFileSystem() : FileSystemWrapper(rocksdb::FileSystem::Default()) {}
  [[nodiscard]] const char* Name() const override { return "parley.test.faulty"; }

  /// Every sync of a file whose name has this end blocks until `release_syncs`. An empty `name_end` blocks all files.
  void hold_syncs(std::string name_end = {});
  void release_syncs();
  /// Waits until a sync is held. False if none is within 30 s.
  [[nodiscard]] bool wait_for_held_sync();

  /// The `nth` sync from now (1: the next) of a file whose name has this end fails, once.
  void fail_sync(std::size_t nth, std::string name_end = ".log");
  /// The same for writes.
  void fail_write(std::size_t nth, std::string name_end = ".log");
  /// While `full`, writes and new files fail with `No space left on device`.
  void fill_disk(bool full);
  /// Sets the result of `GetFreeSpace`; without a value, it is the real one.
  void set_free_bytes(std::optional<std::uint64_t> bytes);
  /// New files, directories and locks fail with `Permission denied`.
  void forbid_writing();

  void power_off();
  /// Call it after `power_off`, when every file is closed. Removes unsynced data. Of the unsynced end of an appended file, the share `kept`
  /// (0 to 1) stays, so that a record may be torn.
  void drop_unsynced(double kept = 0);

  /// The number of successful syncs of files whose name has this end.
  [[nodiscard]] std::size_t syncs(const std::string& name_end = ".log") const;

  rocksdb::IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file, rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus ReopenWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                       std::unique_ptr<rocksdb::FSWritableFile>* file, rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus NewRandomRWFile(const std::string& name, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSRandomRWFile>* file, rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus NewDirectory(const std::string& name, const rocksdb::IOOptions& options,
                                 std::unique_ptr<rocksdb::FSDirectory>* directory, rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus CreateDirIfMissing(const std::string& name, const rocksdb::IOOptions& options, rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus DeleteFile(const std::string& name, const rocksdb::IOOptions& options, rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus RenameFile(const std::string& source, const std::string& target, const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus LockFile(const std::string& name, const rocksdb::IOOptions& options, rocksdb::FileLock** lock,
                             rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus GetFreeSpace(const std::string& path, const rocksdb::IOOptions& options, std::uint64_t* bytes,
                                 rocksdb::IODebugContext* debug) override;

 private:
  friend class FaultyWritableFile;
  friend class FaultyRandomFile;
  friend class FaultyDirectory;

  struct FileState {
    std::uint64_t written_bytes = 0;
    std::uint64_t synced_bytes = 0;
    bool named = false;                           // the directory was synced since the file was created
    std::optional<std::string> synced_content{};  // for files that are written in place
  };
  struct Countdown {
    std::size_t left = 0;  // 0: no countdown runs
    std::string name_end;
    [[nodiscard]] bool strikes(const std::string& name);
  };

  /// Writes and syncs call these first, to receive a fault.
  [[nodiscard]] rocksdb::IOStatus before_write(const std::string& name);
  [[nodiscard]] rocksdb::IOStatus before_sync(const std::string& name);
  [[nodiscard]] rocksdb::IOStatus before_creation();
  [[nodiscard]] rocksdb::IOStatus before_change();
  void note_written(const std::string& name, std::uint64_t bytes);
  void note_truncated(const std::string& name, std::uint64_t size);
  void note_synced(const std::string& name);
  void note_synced_content(const std::string& name);
  void note_directory_synced(const std::string& directory);

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, FileState> files_;
  std::map<std::string, std::size_t> syncs_;
  std::optional<std::string> holding_;  // the name end of the files whose syncs are held
  std::size_t held_ = 0;
  bool off_ = false;
  bool full_ = false;
  bool forbidden_ = false;
  std::optional<std::uint64_t> free_bytes_;
  Countdown sync_countdown_;
  Countdown write_countdown_;
};

}  // namespace parley::test
