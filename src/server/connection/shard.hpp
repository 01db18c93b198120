// The data of one event loop: its connections and their counts. Loops share nothing here except the counts.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <unordered_map>

#include "server/connection/connection.hpp"
#include "server/loop/loop.hpp"

namespace parley::server {

/// Threads: the loop's, except for the counts.
class Shard {
 public:
  /// `held_bytes_max`: for all connections of this loop.
  Shard(std::size_t index, Clock& clock, std::size_t held_bytes_max)
      : loop_(index, clock),
        holdings_(loop_, held_bytes_max),
        connection_config_{loop_, transfers, holdings_, strangers_, [this](Connection& connection) { forget(connection); }} {}
  /// Also counts the open connections in `sockets`. Before the first connection.
  void count_in(std::atomic<std::size_t>& sockets) { sockets_ = &sockets; }
  ~Shard();

  [[nodiscard]] Loop& loop() { return loop_; }
  /// Keeps the connection until it closes. The connection reads nothing before `converse`.
  std::shared_ptr<Connection> adopt(Descriptor socket, std::string remote_address);

  /// Calls `each` for every connection; connections may close meanwhile.
  void for_each_connection(const std::function<void(Connection&)>& each);
  [[nodiscard]] std::size_t connection_count() const { return connections_.size(); }
  /// Called whenever a connection has closed.
  void watch_closed(std::function<void()> on_closed) { on_closed_ = std::move(on_closed); }

  [[nodiscard]] Strangers& strangers() { return strangers_; }
  [[nodiscard]] Holdings& holdings() { return holdings_; }

  TransferCounts transfers;

 private:
  void forget(Connection& connection);

  Loop loop_;
  Holdings holdings_;
  Strangers strangers_;
  const Connection::Config connection_config_;
  std::unordered_map<Connection*, std::shared_ptr<Connection>> connections_;
  std::atomic<std::size_t>* sockets_ = nullptr;
  std::function<void()> on_closed_;
};

}  // namespace parley::server
