#include "store/embedded/database.hpp"

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/file_system.h>
#include <rocksdb/transaction_log.h>

#include <algorithm>
#include <string>

#include "domain/error_code.hpp"
#include "store/embedded/database_options.hpp"

namespace parley::store::embedded {

namespace {

const rocksdb::IOOptions io_options;

std::unexpected<Error> cannot_open(const std::string& directory, const std::string& why_and_how) {
  return refuse(ErrorCode::store_failed, "Cannot open the store in " + directory + ": " + why_and_how);
}

/// Creates the directory and its parents.
Result<void> make_directory(rocksdb::FileSystem& files, const std::string& directory) {
  if (directory.empty()) return refuse(ErrorCode::store_failed, "No data directory was given. Name one with --data DIR.");
  for (std::size_t end = directory.find('/', 1);; end = directory.find('/', end + 1)) {
    const std::string part = directory.substr(0, end);
    bool is_directory = false;
    if (files.FileExists(part, io_options, nullptr).ok()) {
      if (files.IsDirectory(part, io_options, &is_directory, nullptr).ok() && !is_directory)
        return cannot_open(directory, part + " is not a directory. Name another place with --data DIR.");
    } else if (const auto made = files.CreateDirIfMissing(part, io_options, nullptr); !made.ok()) {
      return cannot_open(directory, "the directory cannot be made (" + made.ToString() + "). Make it, or name another with --data DIR.");
    }
    if (end == std::string::npos) return {};
  }
}

/// Held during the checks of a directory. RocksDB takes the same lock when it opens the directory.
class DirectoryLock {
 public:
  [[nodiscard]] static Result<DirectoryLock> take(rocksdb::FileSystem& files, const std::string& directory) {
    rocksdb::FileLock* lock = nullptr;
    const auto status = files.LockFile(directory + "/LOCK", io_options, &lock, nullptr);
    if (status.ok()) return DirectoryLock(files, lock);
    const std::string text = status.ToString();
    const bool held = text.find("Resource temporarily unavailable") != std::string::npos || text.find("lock hold by") != std::string::npos;
    if (held)
      return cannot_open(directory,
                         "it is in use by another process (the file LOCK in it is held). Stop that process, or name another "
                         "directory with --data DIR.");
    return cannot_open(directory, "it cannot be written to (" + text +
                                      "). Give this user the right to write there, or name another "
                                      "directory with --data DIR.");
  }
  DirectoryLock(DirectoryLock&& other) noexcept : files_(other.files_), lock_(std::exchange(other.lock_, nullptr)) {}
  DirectoryLock& operator=(DirectoryLock&&) = delete;
  ~DirectoryLock() {
    // If the unlock fails, nothing can be done here, and RocksDB fails on the same lock next.
    if (lock_) static_cast<void>(files_.UnlockFile(lock_, io_options, nullptr));
  }

 private:
  DirectoryLock(rocksdb::FileSystem& files, rocksdb::FileLock* lock) : files_(files), lock_(lock) {}
  rocksdb::FileSystem& files_;
  rocksdb::FileLock* lock_;
};

/// A directory without CURRENT is new, unless other files show that it held a database.
Result<void> judge_without_current(rocksdb::FileSystem& files, const std::string& directory,
                                   const std::optional<SyncedFile::Content>& synced) {
  std::vector<std::string> names;
  if (const auto listed = files.GetChildren(directory, io_options, &names, nullptr); !listed.ok())
    return cannot_open(directory, "it cannot be read (" + listed.ToString() + "). Give this user the right to read it.");
  const bool creation_was_cut_short = synced && synced->sequence == 0 && !synced->loss_accepted;
  const bool has_data = std::ranges::any_of(
      names, [](const std::string& name) { return name.ends_with(".sst") || name.ends_with(".log") || name.starts_with("MANIFEST-"); });
  if ((synced && synced->sequence > 0) || (has_data && !creation_was_cut_short))
    return cannot_open(directory,
                       "it holds files of a database but no CURRENT, which names the newest of them. Restore the directory "
                       "from a backup, or name another with --data DIR.");
  return {};
}

struct Look {
  bool complete_families = false;
  std::string format;  // empty: no format was written
  std::uint64_t sequence = 0;
};

Result<Look> look_read_only(const std::string& directory, const rocksdb::DBOptions& options) {
  Look look;
  std::vector<std::string> names;
  auto status = rocksdb::DB::ListColumnFamilies(options, directory, &names);
  if (status.ok()) {
    // Only the smallest family is opened. The whole log is replayed and counted all the same, but almost nothing is kept in memory.
    rocksdb::DB* opened = nullptr;
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    status = rocksdb::DB::OpenForReadOnly(options, directory, {{rocksdb::kDefaultColumnFamilyName, {}}}, &handles, &opened);
    const std::unique_ptr<rocksdb::DB> db(opened);
    if (status.ok()) {
      look.sequence = db->GetLatestSequenceNumber();
      const auto found = db->Get(rocksdb::ReadOptions(), handles[0], rocksdb::Slice(format_key), &look.format);
      if (!found.ok() && !found.IsNotFound()) status = found;
      // Only the handle of the default family can be freed before the database.
      static_cast<void>(db->DestroyColumnFamilyHandle(handles[0]));
    }
  }
  if (!status.ok())
    return cannot_open(directory, "its files are damaged or of a kind that this version cannot read (" + status.ToString() +
                                      "). Restore the directory from a backup.");
  look.complete_families =
      std::ranges::all_of(family_names, [&](std::string_view name) { return std::ranges::find(names, name) != names.end(); });
  return look;
}

Result<void> judge(const std::string& directory, const Look& look, const std::optional<SyncedFile::Content>& synced) {
  const bool creation_was_cut_short = synced && synced->sequence == 0 && !synced->loss_accepted;
  if (!look.format.empty() && look.format != format_name)
    return cannot_open(directory,
                       "its format is \"" + look.format + "\", and this version reads \"" + std::string(format_name) +
                           "\". Nothing was changed. Start the version that wrote it, or name another directory with --data DIR.");
  if ((look.format.empty() || !look.complete_families) && !creation_was_cut_short)
    return cannot_open(directory, "it holds a database, but not one of this program. Name another directory with --data DIR.");
  if (!synced)
    return cannot_open(directory,
                       "the file SYNCED is missing, so whether the log is whole cannot be told. Restore the directory from a "
                       "backup, or accept that acknowledged messages may be missing by writing accept-loss into a file of that name.");
  if (!synced->loss_accepted && look.sequence < synced->sequence)
    return cannot_open(directory, "the log is cut short: writes up to " + std::to_string(synced->sequence) +
                                      " were acknowledged (file SYNCED), " + "those up to " + std::to_string(look.sequence) +
                                      " are there. Nothing was changed. Restore the directory from a backup, " +
                                      "or accept the loss by writing accept-loss into the file SYNCED.");
  return {};
}

std::unexpected<Error> not_in_place(const std::string& directory, std::string_view missing) {
  return refuse(ErrorCode::store_failed, "The data folder " + directory + " was removed, renamed or replaced while the server ran: " +
                                             std::string(missing) + ". Put it back as it was and restart");
}

}  // namespace

Database::Database() = default;

Database::~Database() {
  for (rocksdb::ColumnFamilyHandle* handle : families_) static_cast<void>(db_->DestroyColumnFamilyHandle(handle));
  // A close that fails loses nothing: everything acknowledged is synced in the write-ahead log.
  if (db_) static_cast<void>(db_->Close());
}

std::uint64_t Database::latest_sequence() const {
  return db_->GetLatestSequenceNumber();
}

Database::Memory Database::memory() const {
  std::uint64_t write_buffers = 0;
  for (rocksdb::ColumnFamilyHandle* handle : families_) {
    std::uint64_t of_family = 0;
    if (db_->GetIntProperty(handle, rocksdb::DB::Properties::kSizeAllMemTables, &of_family)) write_buffers += of_family;
  }
  return {cache_->GetUsage(), write_buffers};
}

// An open file stays writable after its name was removed, but the next start cannot find what is written
// to it. The committer is the only writer, so the newest log file does not change during this check.
Result<void> Database::are_files_in_place(const std::string& directory) const {
  std::unique_ptr<rocksdb::LogFile> newest_log;
  if (!files_->FileExists(directory + "/CURRENT", io_options, nullptr).ok()) return not_in_place(directory, "CURRENT is missing");
  if (!db_->GetCurrentWalFile(&newest_log).ok()) return not_in_place(directory, "the newest write-ahead log is missing");
  return is_synced_file_in_place(directory);
}

Result<void> Database::is_synced_file_in_place(const std::string& directory) const {
  if (const auto in_place = synced_file_->is_in_place(); !in_place) return not_in_place(directory, in_place.error().message);
  return {};
}

Result<std::unique_ptr<Database>> Database::open(const EmbeddedConfig& config, Dependencies deps) {
  const std::string& directory = config.directory;
  rocksdb::FileSystem& files = *deps.files;
  std::unique_ptr<Database> database(new Database());
  database->files_ = deps.files;
  database->env_ = rocksdb::NewCompositeEnv(deps.files);
  rocksdb::DBOptions options = database_options(*database->env_, deps.state, deps.logs);
  if (auto made = make_directory(files, directory); !made) return std::unexpected(made.error());
  {
    auto lock = DirectoryLock::take(files, directory);
    if (!lock) return std::unexpected(lock.error());
    const auto synced = SyncedFile::read(files, directory);
    if (!synced) return std::unexpected(synced.error());
    Result<void> verdict;
    if (files.FileExists(directory + "/CURRENT", io_options, nullptr).ok()) {
      const auto look = look_read_only(directory, options);
      verdict = look ? judge(directory, *look, *synced) : std::unexpected(look.error());
    } else {
      verdict = judge_without_current(files, directory, *synced);
    }
    if (!verdict) return std::unexpected(verdict.error());
    if (auto ready = open_synced_file(*database, directory, *synced, deps.logs); !ready) return std::unexpected(ready.error());
  }
  if (auto opened = database->open_for_writing(config, options, deps.clock); !opened) return std::unexpected(opened.error());
  return database;
}

Result<void> Database::open_synced_file(Database& database, const std::string& directory, const std::optional<SyncedFile::Content>& content,
                                        LogSink& logs) {
  if (content && content->loss_accepted) {
    logs.write(LogLevel::warning, "store", "opened with accepted loss: acknowledged messages may be missing");
    const auto removed = database.files_->DeleteFile(directory + "/SYNCED", io_options, nullptr);
    if (!removed.ok())
      return cannot_open(directory, "SYNCED cannot be replaced (" + removed.ToString() + "). Give this user the right to.");
  }
  auto file = SyncedFile::open(*database.files_, directory);
  if (!file) return cannot_open(directory, file.error().message + ". Give this user the right to write there, or name another directory.");
  database.synced_file_ = *std::move(file);
  return {};
}

Result<void> Database::open_for_writing(const EmbeddedConfig& config, rocksdb::DBOptions& options, const Clock& clock) {
  options.create_if_missing = true;
  options.create_missing_column_families = true;
  cache_ = rocksdb::NewLRUCache(config.block_cache_bytes);
  std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
  for (std::size_t index = 0; index < family_names.size(); ++index)
    descriptors.emplace_back(std::string(family_names[index]), family_options(static_cast<Family>(index), config, clock, cache_));
  rocksdb::DB* opened = nullptr;
  auto status = rocksdb::DB::Open(options, config.directory, descriptors, &families_, &opened);
  db_.reset(opened);
  rocksdb::WriteOptions synced;
  synced.sync = true;
  std::string format;
  if (status.ok()) status = db_->Get(rocksdb::ReadOptions(), family(Family::meta), rocksdb::Slice(format_key), &format);
  if (status.IsNotFound()) status = db_->Put(synced, family(Family::meta), rocksdb::Slice(format_key), rocksdb::Slice(format_name));
  if (!status.ok())
    return cannot_open(config.directory, status.ToString() + ". Make room or mend the disk, or restore the directory from a backup.");
  // Recovery has put everything that it read into synced files, so SYNCED may count all of it from now on.
  auto written = synced_file_->write(latest_sequence());
  if (written) written = synced_file_->sync();
  if (!written) return cannot_open(config.directory, written.error().message + ". Make room or mend the disk.");
  return {};
}

}  // namespace parley::store::embedded
