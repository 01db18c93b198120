// The sockets of one event loop, by the token that admitted them, so that signing out can close them. Owner: the loop's thread; bounded by
// the connections themselves.
#pragma once

#include <unordered_map>
#include <vector>

#include "service/shared/connection.hpp"

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
  std::unordered_multimap<domain::TokenId, ConnectionPtr, domain::TokenIdHash> connections_;
};

}  // namespace parley::service
