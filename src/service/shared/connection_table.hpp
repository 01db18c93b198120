// The number of live sockets: in total, by address, and by user (docs/api-contract.md §6.2).
//
// Threads: any, locked. A connection takes the lock twice in its life, so one lock is enough. Bounded by the connections themselves.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "service/shared/recent_times.hpp"
#include "service/shared/service_config.hpp"

namespace parley::service {

class ConnectionTable {
 public:
  ConnectionTable(const ServiceConfig& config, const Clock& clock) : config_(config), clock_(clock) {}

  /// The refusal for a connection from `address` while its user is not known yet; nothing: no refusal. Counts nothing.
  [[nodiscard]] std::optional<std::string> check(const std::string& address);
  /// Counts the connection, or returns the refusal. A counted connection must be released.
  [[nodiscard]] std::optional<std::string> admit(const std::string& address, const UserId& user);
  void release(const std::string& address, const UserId& user);

  [[nodiscard]] std::size_t total() const { return total_.load(std::memory_order_relaxed); }
  /// Above 80 % of the total, signalling limits halve (docs/api-contract.md §6.3).
  [[nodiscard]] bool crowded() const;

  struct Counts {
    std::uint64_t admitted = 0;     // since the start
    std::uint64_t peak = 0;         // at one time since the start
    std::uint64_t last_minute = 0;  // admitted
  };
  [[nodiscard]] Counts counts() const;
  /// Admission times of the last minute, oldest first: the newest limits::recent_times_max of them.
  [[nodiscard]] std::vector<Timestamp> recent() const;

 private:
  [[nodiscard]] std::optional<std::string> refusal(const std::string& address) const;  // mutex_ held

  const ServiceConfig& config_;
  const Clock& clock_;
  mutable std::mutex mutex_;
  std::atomic<std::size_t> total_ = 0;                       // written with mutex_ held
  std::unordered_map<std::string, std::size_t> by_address_;  // guarded by mutex_
  std::unordered_map<UserId, std::size_t> by_user_;          // guarded by mutex_
  std::uint64_t admitted_ = 0;                               // guarded by mutex_
  std::uint64_t peak_ = 0;                                   // guarded by mutex_
  RecentTimes recent_;                                       // guarded by mutex_
};

}  // namespace parley::service
