#include "store/embedded/synced_file.hpp"

#include <rocksdb/file_system.h>
#include <sys/stat.h>

#include <cerrno>

#include "base/crc32c.hpp"
#include "domain/byte_codec.hpp"
#include "domain/error_code.hpp"

namespace parley::store::embedded {

namespace {

// Magic (16) ‖ sequence (8) ‖ zero (4) ‖ CRC-32C of all bytes before it (4).
constexpr std::string_view magic = "parley-synced 1\n";
constexpr std::size_t file_bytes = 32;
constexpr std::string_view acceptance = "accept-loss";
static_assert(magic.size() == 16);

std::string path_in(const std::string& directory) {
  return directory + "/SYNCED";
}

std::unexpected<Error> failed(const std::string& what, const rocksdb::IOStatus& status) {
  return refuse(ErrorCode::store_failed, what + ": " + status.ToString());
}

Bytes encode(std::uint64_t sequence) {
  Bytes bytes(magic);
  domain::append_u64(bytes, sequence);
  domain::append_u32(bytes, 0);
  domain::append_u32(bytes, crc32c({bytes}));
  return bytes;
}

std::optional<std::uint64_t> decode(BytesView bytes) {
  if (bytes.size() != file_bytes || !bytes.starts_with(magic)) return std::nullopt;
  domain::ByteReader reader(bytes.substr(magic.size()), "SYNCED");
  const std::uint64_t sequence = reader.u64();
  return encode(sequence) == bytes ? std::optional(sequence) : std::nullopt;
}

Result<void> create(rocksdb::FileSystem& files, const std::string& directory) {
  std::unique_ptr<rocksdb::FSWritableFile> file;
  const rocksdb::IOOptions options;
  auto status = files.NewWritableFile(path_in(directory), rocksdb::FileOptions(), &file, nullptr);
  if (status.ok()) status = file->Append(encode(0), options, nullptr);
  if (status.ok()) status = file->Fsync(options, nullptr);
  if (status.ok()) status = file->Close(options, nullptr);
  std::unique_ptr<rocksdb::FSDirectory> parent;
  if (status.ok()) status = files.NewDirectory(directory, options, &parent, nullptr);
  if (status.ok()) status = parent->Fsync(options, nullptr);
  if (!status.ok()) return failed("Cannot write " + path_in(directory), status);
  return {};
}

Result<SyncedFile::Content> content_of(rocksdb::FSSequentialFile& file, const std::string& path) {
  char buffer[file_bytes + 1];
  rocksdb::Slice bytes;
  const auto status = file.Read(sizeof(buffer), rocksdb::IOOptions(), &bytes, buffer, nullptr);
  if (!status.ok()) return failed("Cannot read " + path, status);
  if (bytes.ToStringView().starts_with(acceptance)) return SyncedFile::Content{.sequence = 0, .loss_accepted = true};
  const auto sequence = decode(bytes.ToStringView());
  if (!sequence)
    return refuse(ErrorCode::store_failed, "The file " + path +
                                               " is damaged, so whether the log is whole cannot be told. Restore a backup, or " +
                                               "accept that acknowledged messages may be missing by writing accept-loss into that file.");
  return SyncedFile::Content{.sequence = *sequence, .loss_accepted = false};
}

}  // namespace

Result<std::optional<SyncedFile::Content>> SyncedFile::read(rocksdb::FileSystem& files, const std::string& directory) {
  const std::string path = path_in(directory);
  if (files.FileExists(path, rocksdb::IOOptions(), nullptr).IsNotFound()) return std::optional<Content>{};
  std::unique_ptr<rocksdb::FSSequentialFile> file;
  const auto opened = files.NewSequentialFile(path, rocksdb::FileOptions(), &file, nullptr);
  if (!opened.ok()) return failed("Cannot read " + path, opened);
  return content_of(*file, path);
}

Result<std::unique_ptr<SyncedFile>> SyncedFile::open(rocksdb::FileSystem& files, const std::string& directory) {
  if (files.FileExists(path_in(directory), rocksdb::IOOptions(), nullptr).IsNotFound()) {
    if (auto created = create(files, directory); !created) return std::unexpected(created.error());
  }
  std::unique_ptr<rocksdb::FSRandomRWFile> file;
  const auto status = files.NewRandomRWFile(path_in(directory), rocksdb::FileOptions(), &file, nullptr);
  if (!status.ok()) return failed("Cannot open " + path_in(directory) + " for writing", status);
  const auto identity = identity_of(path_in(directory));
  if (!identity) return std::unexpected(identity.error());
  return std::unique_ptr<SyncedFile>(new SyncedFile(std::move(file), path_in(directory), *identity));
}

SyncedFile::SyncedFile(std::unique_ptr<rocksdb::FSRandomRWFile> file, std::string path, std::optional<Identity> identity)
    : file_(std::move(file)), path_(std::move(path)), identity_(identity) {}

SyncedFile::~SyncedFile() = default;

Result<void> SyncedFile::write(std::uint64_t sequence) {
  const auto status = file_->Write(0, encode(sequence), rocksdb::IOOptions(), nullptr);
  if (!status.ok()) return failed("Writing SYNCED failed", status);
  dirty_ = true;
  return {};
}

Result<std::optional<SyncedFile::Identity>> SyncedFile::identity_of(const std::string& path) {
  struct stat found{};
  if (::stat(path.c_str(), &found) == 0) return Identity{.device = found.st_dev, .inode = found.st_ino};
  if (errno == ENOENT || errno == ENOTDIR) return refuse(ErrorCode::store_failed, "SYNCED is missing");
  return std::nullopt;
}

Result<void> SyncedFile::is_in_place() const {
  const auto now = identity_of(path_);
  if (!now) return std::unexpected(now.error());
  if (*now && identity_ && **now != *identity_) return refuse(ErrorCode::store_failed, "SYNCED is another file");
  return {};
}

Result<void> SyncedFile::sync() {
  if (!dirty_) return {};
  const auto status = file_->Fsync(rocksdb::IOOptions(), nullptr);
  if (!status.ok()) return failed("Syncing SYNCED failed", status);
  dirty_ = false;
  return {};
}

}  // namespace parley::store::embedded
