#include "support/faulty_file_system.hpp"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

namespace parley::test {

using rocksdb::IOOptions;
using rocksdb::IOStatus;

namespace {

std::string content_of(const std::string& name) {
  std::ifstream file(name, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace

class FaultyWritableFile final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  FaultyWritableFile(std::string name, std::unique_ptr<rocksdb::FSWritableFile> file, FaultyFileSystem& disk)
      : FSWritableFileOwnerWrapper(std::move(file)), name_(std::move(name)), disk_(disk) {}

  IOStatus Append(const rocksdb::Slice& data, const IOOptions& options, rocksdb::IODebugContext* debug) override {
    if (auto refused = disk_.before_write(name_); !refused.ok()) return refused;
    auto status = target()->Append(data, options, debug);
    if (status.ok()) disk_.note_written(name_, data.size());
    return status;
  }
  IOStatus Append(const rocksdb::Slice& data, const IOOptions& options, const rocksdb::DataVerificationInfo&,
                  rocksdb::IODebugContext* debug) override {
    return Append(data, options, debug);
  }
  IOStatus Truncate(std::uint64_t size, const IOOptions& options, rocksdb::IODebugContext* debug) override {
    if (auto refused = disk_.before_change(); !refused.ok()) return refused;
    auto status = target()->Truncate(size, options, debug);
    if (status.ok()) disk_.note_truncated(name_, size);
    return status;
  }
  IOStatus Sync(const IOOptions& options, rocksdb::IODebugContext* debug) override {
    if (auto refused = disk_.before_sync(name_); !refused.ok()) return refused;
    auto status = target()->Sync(options, debug);
    if (status.ok()) disk_.note_synced(name_);
    return status;
  }
  IOStatus Fsync(const IOOptions& options, rocksdb::IODebugContext* debug) override {
    if (auto refused = disk_.before_sync(name_); !refused.ok()) return refused;
    auto status = target()->Fsync(options, debug);
    if (status.ok()) disk_.note_synced(name_);
    return status;
  }

 private:
  const std::string name_;
  FaultyFileSystem& disk_;
};

class FaultyRandomFile final : public rocksdb::FSRandomRWFileOwnerWrapper {
 public:
  FaultyRandomFile(std::string name, std::unique_ptr<rocksdb::FSRandomRWFile> file, FaultyFileSystem& disk)
      : FSRandomRWFileOwnerWrapper(std::move(file)), name_(std::move(name)), disk_(disk) {}

  IOStatus Write(std::uint64_t offset, const rocksdb::Slice& data, const IOOptions& options, rocksdb::IODebugContext* debug) override {
    if (auto refused = disk_.before_write(name_); !refused.ok()) return refused;
    return target()->Write(offset, data, options, debug);
  }
  IOStatus Sync(const IOOptions& options, rocksdb::IODebugContext* debug) override { return Fsync(options, debug); }
  IOStatus Fsync(const IOOptions& options, rocksdb::IODebugContext* debug) override {
    if (auto refused = disk_.before_sync(name_); !refused.ok()) return refused;
    auto status = target()->Fsync(options, debug);
    if (status.ok()) disk_.note_synced_content(name_);
    return status;
  }

 private:
  const std::string name_;
  FaultyFileSystem& disk_;
};

class FaultyDirectory final : public rocksdb::FSDirectoryWrapper {
 public:
  FaultyDirectory(std::string name, std::unique_ptr<rocksdb::FSDirectory> directory, FaultyFileSystem& disk)
      : FSDirectoryWrapper(std::move(directory)), name_(std::move(name)), disk_(disk) {}

  IOStatus Fsync(const IOOptions& options, rocksdb::IODebugContext* debug) override {
    if (auto refused = disk_.before_change(); !refused.ok()) return refused;
    auto status = FSDirectoryWrapper::Fsync(options, debug);
    if (status.ok()) disk_.note_directory_synced(name_);
    return status;
  }
  IOStatus FsyncWithDirOptions(const IOOptions& options, rocksdb::IODebugContext* debug, const rocksdb::DirFsyncOptions& why) override {
    if (auto refused = disk_.before_change(); !refused.ok()) return refused;
    auto status = FSDirectoryWrapper::FsyncWithDirOptions(options, debug, why);
    if (status.ok()) disk_.note_directory_synced(name_);
    return status;
  }

 private:
  const std::string name_;
  FaultyFileSystem& disk_;
};

// Faults

void FaultyFileSystem::hold_syncs(std::string name_end) {
  const std::lock_guard lock(mutex_);
  holding_ = std::move(name_end);
}

void FaultyFileSystem::release_syncs() {
  {
    const std::lock_guard lock(mutex_);
    holding_.reset();
  }
  changed_.notify_all();
}

bool FaultyFileSystem::wait_for_held_sync() {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, std::chrono::seconds{30}, [this] { return held_ > 0; });
}

void FaultyFileSystem::fail_sync(std::size_t nth, std::string name_end) {
  const std::lock_guard lock(mutex_);
  sync_countdown_ = {nth, std::move(name_end)};
}

void FaultyFileSystem::fail_write(std::size_t nth, std::string name_end) {
  const std::lock_guard lock(mutex_);
  write_countdown_ = {nth, std::move(name_end)};
}

void FaultyFileSystem::fill_disk(bool full) {
  const std::lock_guard lock(mutex_);
  full_ = full;
}

void FaultyFileSystem::set_free_bytes(std::optional<std::uint64_t> bytes) {
  const std::lock_guard lock(mutex_);
  free_bytes_ = bytes;
}

void FaultyFileSystem::forbid_writing() {
  const std::lock_guard lock(mutex_);
  forbidden_ = true;
}

void FaultyFileSystem::power_off() {
  {
    const std::lock_guard lock(mutex_);
    off_ = true;
  }
  changed_.notify_all();
}

void FaultyFileSystem::drop_unsynced(double kept) {
  const std::lock_guard lock(mutex_);
  for (const auto& [name, state] : files_) {
    if (!std::filesystem::exists(name)) continue;
    if (state.synced_content) {
      std::ofstream(name, std::ios::binary | std::ios::trunc) << *state.synced_content;
    } else if (!state.named) {
      std::filesystem::remove(name);
    } else if (const auto size = std::filesystem::file_size(name); size > state.synced_bytes) {
      std::filesystem::resize_file(name,
                                   state.synced_bytes + static_cast<std::uint64_t>(kept * static_cast<double>(size - state.synced_bytes)));
    }
  }
}

std::size_t FaultyFileSystem::syncs(const std::string& name_end) const {
  const std::lock_guard lock(mutex_);
  std::size_t count = 0;
  for (const auto& [name, syncs] : syncs_)
    if (name.ends_with(name_end)) count += syncs;
  return count;
}

bool FaultyFileSystem::Countdown::strikes(const std::string& name) {
  if (left == 0 || !name.ends_with(name_end)) return false;
  return --left == 0;
}

IOStatus FaultyFileSystem::before_write(const std::string& name) {
  const std::lock_guard lock(mutex_);
  if (off_) return IOStatus::IOError("power is off", name);
  if (full_) return IOStatus::NoSpace("No space left on device", name);
  if (write_countdown_.strikes(name)) return IOStatus::IOError("injected: write failed", name);
  return IOStatus::OK();
}

IOStatus FaultyFileSystem::before_sync(const std::string& name) {
  std::unique_lock lock(mutex_);
  if (holding_ && name.ends_with(*holding_)) {
    ++held_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return !holding_ || off_; });
    --held_;
  }
  if (off_) return IOStatus::IOError("power is off", name);
  if (sync_countdown_.strikes(name)) return IOStatus::IOError("injected: sync failed", name);
  return IOStatus::OK();
}

IOStatus FaultyFileSystem::before_creation() {
  const std::lock_guard lock(mutex_);
  if (off_) return IOStatus::IOError("power is off");
  if (full_) return IOStatus::NoSpace("No space left on device");
  if (forbidden_) return IOStatus::IOError("Permission denied");
  return IOStatus::OK();
}

IOStatus FaultyFileSystem::before_change() {
  const std::lock_guard lock(mutex_);
  return off_ ? IOStatus::IOError("power is off") : IOStatus::OK();
}

void FaultyFileSystem::note_written(const std::string& name, std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  files_[name].written_bytes += bytes;
}

void FaultyFileSystem::note_truncated(const std::string& name, std::uint64_t size) {
  const std::lock_guard lock(mutex_);
  files_[name].written_bytes = size;
}

void FaultyFileSystem::note_synced(const std::string& name) {
  const std::lock_guard lock(mutex_);
  files_[name].synced_bytes = files_[name].written_bytes;
  ++syncs_[name];
}

void FaultyFileSystem::note_synced_content(const std::string& name) {
  const std::string content = content_of(name);
  const std::lock_guard lock(mutex_);
  files_[name].synced_content = content;
  ++syncs_[name];
}

void FaultyFileSystem::note_directory_synced(const std::string& directory) {
  const std::lock_guard lock(mutex_);
  for (auto& [name, state] : files_)
    if (std::filesystem::path(name).parent_path() == std::filesystem::path(directory)) state.named = true;
}

// FileSystem

IOStatus FaultyFileSystem::NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                           std::unique_ptr<rocksdb::FSWritableFile>* file, rocksdb::IODebugContext* debug) {
  if (auto refused = before_creation(); !refused.ok()) return refused;
  std::unique_ptr<rocksdb::FSWritableFile> real;
  auto status = target()->NewWritableFile(name, options, &real, debug);
  if (!status.ok()) return status;
  {
    const std::lock_guard lock(mutex_);
    files_[name] = {};
  }
  *file = std::make_unique<FaultyWritableFile>(name, std::move(real), *this);
  return status;
}

IOStatus FaultyFileSystem::ReopenWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                              std::unique_ptr<rocksdb::FSWritableFile>* file, rocksdb::IODebugContext* debug) {
  if (auto refused = before_creation(); !refused.ok()) return refused;
  const std::uint64_t size = std::filesystem::exists(name) ? std::filesystem::file_size(name) : 0;
  std::unique_ptr<rocksdb::FSWritableFile> real;
  auto status = target()->ReopenWritableFile(name, options, &real, debug);
  if (!status.ok()) return status;
  {
    const std::lock_guard lock(mutex_);
    files_.try_emplace(name, FileState{.written_bytes = size, .synced_bytes = size, .named = size > 0});
  }
  *file = std::make_unique<FaultyWritableFile>(name, std::move(real), *this);
  return status;
}

IOStatus FaultyFileSystem::NewRandomRWFile(const std::string& name, const rocksdb::FileOptions& options,
                                           std::unique_ptr<rocksdb::FSRandomRWFile>* file, rocksdb::IODebugContext* debug) {
  if (auto refused = before_change(); !refused.ok()) return refused;
  std::unique_ptr<rocksdb::FSRandomRWFile> real;
  auto status = target()->NewRandomRWFile(name, options, &real, debug);
  if (!status.ok()) return status;
  const std::string content = content_of(name);
  {
    const std::lock_guard lock(mutex_);
    files_[name].synced_content = content;
  }
  *file = std::make_unique<FaultyRandomFile>(name, std::move(real), *this);
  return status;
}

IOStatus FaultyFileSystem::NewDirectory(const std::string& name, const IOOptions& options, std::unique_ptr<rocksdb::FSDirectory>* directory,
                                        rocksdb::IODebugContext* debug) {
  std::unique_ptr<rocksdb::FSDirectory> real;
  auto status = target()->NewDirectory(name, options, &real, debug);
  if (status.ok()) *directory = std::make_unique<FaultyDirectory>(name, std::move(real), *this);
  return status;
}

IOStatus FaultyFileSystem::CreateDirIfMissing(const std::string& name, const IOOptions& options, rocksdb::IODebugContext* debug) {
  if (auto refused = before_creation(); !refused.ok()) return refused;
  return target()->CreateDirIfMissing(name, options, debug);
}

IOStatus FaultyFileSystem::DeleteFile(const std::string& name, const IOOptions& options, rocksdb::IODebugContext* debug) {
  if (auto refused = before_change(); !refused.ok()) return refused;
  auto status = target()->DeleteFile(name, options, debug);
  const std::lock_guard lock(mutex_);
  if (status.ok()) files_.erase(name);
  return status;
}

IOStatus FaultyFileSystem::RenameFile(const std::string& source, const std::string& target_name, const IOOptions& options,
                                      rocksdb::IODebugContext* debug) {
  if (auto refused = before_change(); !refused.ok()) return refused;
  auto status = target()->RenameFile(source, target_name, options, debug);
  const std::lock_guard lock(mutex_);
  if (status.ok() && files_.contains(source)) {
    files_[target_name] = files_[source];
    files_[target_name].named = true;
    files_.erase(source);
  }
  return status;
}

IOStatus FaultyFileSystem::LockFile(const std::string& name, const IOOptions& options, rocksdb::FileLock** lock,
                                    rocksdb::IODebugContext* debug) {
  if (auto refused = before_creation(); !refused.ok()) return refused;
  return target()->LockFile(name, options, lock, debug);
}

IOStatus FaultyFileSystem::GetFreeSpace(const std::string& path, const IOOptions& options, std::uint64_t* bytes,
                                        rocksdb::IODebugContext* debug) {
  {
    const std::lock_guard lock(mutex_);
    if (free_bytes_) {
      *bytes = *free_bytes_;
      return IOStatus::OK();
    }
  }
  return target()->GetFreeSpace(path, options, bytes, debug);
}

}  // namespace parley::test
