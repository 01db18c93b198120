// The real servers of the tests of adoption and of foreign writes, and the clients that play other software there.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <utility>

#include "store/mongo/driver/client.hpp"
#include "support/mongod.hpp"

namespace parley::test {

/// The deployments on which the tests run: one server alone, and a replica set of three.
enum class Kind : std::uint8_t { standalone, replica_set };

inline MongodProcess& server_of(Kind kind) {
  return kind == Kind::standalone ? SharedMongod::standalone() : SharedMongod::gated_replica_set(3);
}

/// The URI of a database of this name.
inline std::string uri_of(Kind kind, const std::string& database) {
  std::string uri = server_of(kind).uri();
  return uri.insert(std::min(uri.find('?'), uri.size()), database);
}

/// All tests of a binary share the pools, because closing a pool takes half a second.
inline store::mongo::ClientPool& pool_of(Kind kind, const std::string& database, const std::string& app_name, std::size_t connections) {
  static std::map<std::tuple<Kind, std::string, std::string>, std::unique_ptr<store::mongo::ClientPool>> pools;
  auto& pool = pools[{kind, database, app_name}];
  if (!pool) {
    pool = std::move(*store::mongo::ClientPool::make(uri_of(kind, database), app_name, connections));
    pool->set_topology(kind == Kind::standalone ? store::mongo::Topology::standalone : store::mongo::Topology::replica_set);
  }
  return *pool;
}

/// Names the runs of a test by their deployment.
inline std::string name_of_kind(const testing::TestParamInfo<Kind>& run) {
  return run.param == Kind::standalone ? "standalone" : "replica_set";
}

}  // namespace parley::test
