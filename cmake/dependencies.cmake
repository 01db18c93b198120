# Everything comes from Debian 12; packaging/debian-packages.txt is the list.
find_package(Threads REQUIRED)
find_package(OpenSSL 3 REQUIRED)
find_package(ZLIB REQUIRED)
find_package(Boost 1.81 REQUIRED)
find_package(simdjson REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(CLI11 REQUIRED)
find_package(tomlplusplus REQUIRED)

find_path(ROCKSDB_INCLUDE rocksdb/db.h REQUIRED)
find_library(ROCKSDB_LIBRARY rocksdb REQUIRED)
add_library(RocksDB::RocksDB INTERFACE IMPORTED)
set_target_properties(RocksDB::RocksDB PROPERTIES INTERFACE_INCLUDE_DIRECTORIES ${ROCKSDB_INCLUDE} INTERFACE_LINK_LIBRARIES ${ROCKSDB_LIBRARY})

find_library(BROTLI_DECODER brotlidec REQUIRED)
add_library(Brotli::dec INTERFACE IMPORTED)
set_target_properties(Brotli::dec PROPERTIES INTERFACE_LINK_LIBRARIES ${BROTLI_DECODER})
