// The disk, with faults that a test asks for by name. It wraps the machine's file system, so what survives is really on the disk.
//
// It remembers, for every file that was written through it, what of it was synced, and for every file that was made, whether its
// directory was synced since. `power_off` then makes everything fail from that moment; `drop_unsynced`, called when the files are
// closed, leaves the directory as a machine without power would have left it at worst.
//
// Simplified  Deletions and renames are durable at once; a file is cut to what was synced, never holed or reordered.
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

  /// Every sync of a file whose name ends so blocks until `release_syncs`. Nothing: of every file.
  void hold_syncs(std::string name_end = {});
  void release_syncs();
  /// Blocks until somebody waits in a held sync. False: nobody came within 30 s.
  [[nodiscard]] bool wait_for_held_sync();

  /// The `nth` sync from now (1: the next) of a file whose name ends so fails, once.
  void fail_sync(std::size_t nth, std::string name_end = ".log");
  /// The same for writes.
  void fail_write(std::size_t nth, std::string name_end = ".log");
  /// Writes and new files fail with `No space left on device`, until told otherwise.
  void fill_disk(bool full);
  /// What `GetFreeSpace` says; nothing: the truth.
  void set_free_bytes(std::optional<std::uint64_t> bytes);
  /// New files, directories and locks fail with `Permission denied`.
  void forbid_writing();

  void power_off();
  /// After `power_off` and when every file is closed. Takes away what was not synced; of what was appended to a file since, the share
  /// `kept` (0 to 1) stays, so that a record may be torn.
  void drop_unsynced(double kept = 0);

  /// Syncs of files whose name ends so that have succeeded.
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
    bool named = false;                           // its directory was synced since it was made
    std::optional<std::string> synced_content{};  // of files written in place
  };
  struct Countdown {
    std::size_t left = 0;  // 0: none
    std::string name_end;
    [[nodiscard]] bool strikes(const std::string& name);
  };

  /// What a write or a sync must ask first.
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
  std::optional<std::string> holding_;  // the end of the names of files whose syncs are held
  std::size_t held_ = 0;
  bool off_ = false;
  bool full_ = false;
  bool forbidden_ = false;
  std::optional<std::uint64_t> free_bytes_;
  Countdown sync_countdown_;
  Countdown write_countdown_;
};

}  // namespace parley::test
