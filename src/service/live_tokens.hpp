// The sockets of one event loop by the token that let them in, so that signing out can cut them. Owner: the loop's thread; bounded by the
// connections themselves.
#pragma once

#include <cstddef>
#include <cstring>
#include <unordered_map>
#include <vector>

#include "service/connection.hpp"

namespace parley::service {

class LiveTokens {
 public:
  void add(const ConnectionPtr& connection) { connections_.emplace(connection->token, connection); }
  void remove(const Connection& connection) {
    const auto [begin, end] = connections_.equal_range(connection.token);
    for (auto at = begin; at != end; ++at) {
      if (at->second->id != connection.id) continue;
      connections_.erase(at);
      return;
    }
  }
  [[nodiscard]] std::vector<ConnectionPtr> of(const domain::TokenId& token) const {
    std::vector<ConnectionPtr> connections;
    const auto [begin, end] = connections_.equal_range(token);
    for (auto at = begin; at != end; ++at) connections.push_back(at->second);
    return connections;
  }

 private:
  struct Hash {  // a digest is as good as random
    std::size_t operator()(const domain::TokenId& token) const {
      std::size_t hash = 0;
      std::memcpy(&hash, token.data(), sizeof hash);
      return hash;
    }
  };
  std::unordered_multimap<domain::TokenId, ConnectionPtr, Hash> connections_;
};

}  // namespace parley::service
