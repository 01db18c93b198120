// Shared by all shards: the dependencies, the configuration, and the tables that span sessions. Each is safe from any thread.
#pragma once

#include <atomic>
#include <cstdint>

#include "service/ice/ice_servers.hpp"
#include "service/shared/connection_table.hpp"
#include "service/shared/dependencies.hpp"
#include "service/shared/rate_limiter.hpp"
#include "service/shared/requests.hpp"
#include "service/shared/service_config.hpp"
#include "service/users/stored_users.hpp"
#include "service/users/user_cache.hpp"

namespace parley::service {

struct Counters {
  std::atomic<std::uint64_t> messages_stored = 0;
  std::atomic<std::uint64_t> messages_delivered = 0;
  std::atomic<std::uint64_t> sessions_loaded = 0;
  std::atomic<std::uint64_t> members_joined = 0;
  std::atomic<std::uint64_t> sessions_joined = 0;
  std::atomic<std::uint64_t> refused_rate_limited = 0;
  std::atomic<std::uint64_t> refused_overloaded = 0;
  std::atomic<std::uint64_t> connections_refused = 0;
};

struct Context {
  Context(Dependencies dependencies, ServiceConfig service_config)
      : deps(std::move(dependencies)),
        config(std::move(service_config)),
        rates(deps.clock),
        creations(deps.clock, limits::session_create_window),
        connections(config, deps.clock),
        ice(config.ice, {deps.clock, deps.logs, deps.store.log(), deps.ice_checker, deps.read_turn_secret}),
        stored_users(deps.store, deps.clock) {}

  Dependencies deps;
  ServiceConfig config;
  RateLimiter rates;
  RateLimiter creations;  // of sessions; with a longer window
  ConnectionTable connections;
  IceServers ice;
  UserCache users;           // IdentitySource::claims
  StoredUsers stored_users;  // IdentitySource::directory
  Counters counters;
  std::atomic<std::uint64_t> next_connection = 1;
  std::atomic<bool> draining = false;
};

inline void count(std::atomic<std::uint64_t>& counter, std::uint64_t by = 1) {
  counter.fetch_add(by, std::memory_order_relaxed);
}

}  // namespace parley::service
