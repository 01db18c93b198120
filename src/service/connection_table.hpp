// How many live sockets there are: in all, by address, by user (docs/api-contract.md §6.2).
//
// Threads: any, locked. A connection takes the lock twice in its life, so one lock serves. Bounded by the connections themselves.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/ids.hpp"
#include "service/service_config.hpp"

namespace parley::service {

class ConnectionTable {
 public:
  explicit ConnectionTable(const ServiceConfig& config) : config_(config) {}

  /// The refusal a connection from `address` would get before anything is known of its user; nothing: none. Counts nothing.
  [[nodiscard]] std::optional<std::string> check(const std::string& address);
  /// Counts the connection, or says why not. What was counted must be released.
  [[nodiscard]] std::optional<std::string> admit(const std::string& address, const ObjectId& user);
  void release(const std::string& address, const ObjectId& user);

  [[nodiscard]] std::size_t total() const { return total_.load(std::memory_order_relaxed); }
  /// Above 80 % of the total, signalling limits halve (docs/api-contract.md §6.3).
  [[nodiscard]] bool crowded() const;

 private:
  [[nodiscard]] std::optional<std::string> refusal(const std::string& address) const;  // mutex_ held

  const ServiceConfig& config_;
  std::mutex mutex_;
  std::atomic<std::size_t> total_ = 0;                       // written with mutex_ held
  std::unordered_map<std::string, std::size_t> by_address_;  // guarded by mutex_
  std::unordered_map<ObjectId, std::size_t> by_user_;        // guarded by mutex_
};

}  // namespace parley::service
