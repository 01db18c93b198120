// Opens the files of a closed embedded store without the store, to check its content and to damage it.
#pragma once

#include <rocksdb/db.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.hpp"

namespace parley::test {

class RawDatabase {
 public:
  explicit RawDatabase(const std::string& directory);
  ~RawDatabase();
  RawDatabase(const RawDatabase&) = delete;
  RawDatabase& operator=(const RawDatabase&) = delete;

  [[nodiscard]] std::optional<Bytes> get(const std::string& family, BytesView key) const;
  void put(const std::string& family, BytesView key, BytesView value);
  void remove(const std::string& family, BytesView key);
  [[nodiscard]] std::vector<std::pair<Bytes, Bytes>> all(const std::string& family) const;
  void flip_bit(const std::string& family, BytesView key, std::size_t offset);

 private:
  [[nodiscard]] rocksdb::ColumnFamilyHandle* handle(const std::string& family) const;

  std::unique_ptr<rocksdb::DB> db_;
  std::vector<rocksdb::ColumnFamilyHandle*> handles_;
};

/// A new directory, removed with its content at the end.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace parley::test
