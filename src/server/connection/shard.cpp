#include "server/connection/shard.hpp"

#include <utility>
#include <vector>

namespace parley::server {

Shard::~Shard() = default;

std::shared_ptr<Connection> Shard::adopt(Descriptor socket, std::string remote_address) {
  auto connection = std::make_shared<Connection>(connection_config_, std::move(socket), std::move(remote_address));
  connections_.emplace(connection.get(), connection);
  if (sockets_ != nullptr) sockets_->fetch_add(1, std::memory_order_relaxed);
  return connection;
}

void Shard::forget(Connection& connection) {
  connections_.erase(&connection);
  if (sockets_ != nullptr) sockets_->fetch_sub(1, std::memory_order_relaxed);
  if (on_closed_) on_closed_();
}

void Shard::for_each_connection(const std::function<void(Connection&)>& each) {
  std::vector<std::shared_ptr<Connection>> all;
  all.reserve(connections_.size());
  for (const auto& [address, connection] : connections_) all.push_back(connection);
  for (const auto& connection : all) {
    if (connection->open()) each(*connection);
  }
}

}  // namespace parley::server
