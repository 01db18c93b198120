#include "support/raw_database.hpp"

#include <stdlib.h>

#include <filesystem>
#include <stdexcept>

namespace parley::test {

namespace {

void require(const rocksdb::Status& status) {
  if (!status.ok()) throw std::runtime_error(status.ToString());
}

}  // namespace

RawDatabase::RawDatabase(const std::string& directory) {
  std::vector<std::string> names;
  require(rocksdb::DB::ListColumnFamilies(rocksdb::DBOptions(), directory, &names));
  std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
  for (const std::string& name : names) descriptors.emplace_back(name, rocksdb::ColumnFamilyOptions());
  rocksdb::DB* db = nullptr;
  require(rocksdb::DB::Open(rocksdb::DBOptions(), directory, descriptors, &handles_, &db));
  db_.reset(db);
}

RawDatabase::~RawDatabase() {
  for (auto* handle : handles_) static_cast<void>(db_->DestroyColumnFamilyHandle(handle));
  static_cast<void>(db_->Close());
}

rocksdb::ColumnFamilyHandle* RawDatabase::handle(const std::string& family) const {
  for (auto* handle : handles_)
    if (handle->GetName() == family) return handle;
  throw std::runtime_error("no family " + family);
}

std::optional<Bytes> RawDatabase::get(const std::string& family, BytesView key) const {
  std::string value;
  const auto status = db_->Get(rocksdb::ReadOptions(), handle(family), rocksdb::Slice(key), &value);
  if (status.IsNotFound()) return std::nullopt;
  require(status);
  return value;
}

void RawDatabase::put(const std::string& family, BytesView key, BytesView value) {
  require(db_->Put(rocksdb::WriteOptions(), handle(family), rocksdb::Slice(key), rocksdb::Slice(value)));
}

void RawDatabase::remove(const std::string& family, BytesView key) {
  require(db_->Delete(rocksdb::WriteOptions(), handle(family), rocksdb::Slice(key)));
}

std::vector<std::pair<Bytes, Bytes>> RawDatabase::all(const std::string& family) const {
  std::vector<std::pair<Bytes, Bytes>> found;
  const std::unique_ptr<rocksdb::Iterator> iterator(db_->NewIterator(rocksdb::ReadOptions(), handle(family)));
  for (iterator->SeekToFirst(); iterator->Valid(); iterator->Next())
    found.emplace_back(iterator->key().ToString(), iterator->value().ToString());
  require(iterator->status());
  return found;
}

void RawDatabase::flip_bit(const std::string& family, BytesView key, std::size_t offset) {
  auto value = get(family, key);
  if (!value || offset >= value->size()) throw std::runtime_error("nothing to damage there");
  (*value)[offset] = static_cast<char>((*value)[offset] ^ 0x10);
  put(family, key, *value);
}

namespace {

/// In memory, where enough of it is free. FaultyFileSystem decides which data survives, so a real disk is not needed. A new store makes
/// about forty syncs, which would be slow on a disk.
std::filesystem::path place_for_tests() {
  std::error_code ignored;
  const std::filesystem::path memory = "/dev/shm";
  const auto space = std::filesystem::space(memory, ignored);
  return !ignored && space.available > (std::uintmax_t{2} << 30) ? memory : std::filesystem::temp_directory_path();
}

}  // namespace

TemporaryDirectory::TemporaryDirectory() {
  std::string name = (place_for_tests() / "parley-test-XXXXXX").string();
  if (!mkdtemp(name.data())) throw std::runtime_error("cannot make a directory");
  path_ = name;
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;  // a folder that cannot be removed stays, so that the cause can be found
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace parley::test
