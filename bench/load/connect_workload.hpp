// Opens, authenticates and joins connections as fast as the server allows, then measures the memory of an idle connection.
#pragma once

#include <sys/types.h>

#include <optional>
#include <vector>

#include "base/clock.hpp"
#include "load/endpoint.hpp"
#include "load/histogram.hpp"
#include "load/load_identity.hpp"

namespace parley::bench {

struct ConnectPlan {
  Endpoint endpoint;
  LoadIdentity identity;
  std::size_t sessions = 500;
  std::size_t members = 2;
  std::size_t opening_at_once = 64;
  std::chrono::seconds idle{2};  // from the last join to the second reading of memory
  std::uint64_t seed = 1;
  std::vector<pid_t> server_processes;
};

struct ConnectResult {
  std::size_t connections = 0;
  std::chrono::nanoseconds elapsed{};           // from the first TCP connection to the last join's ack
  Histogram opening_times;                      // per connection: TCP, WebSocket, Socket.IO, token, join
  std::optional<std::int64_t> idle_bytes_each;  // growth of the server's resident memory per connection; only with server_processes

  [[nodiscard]] double per_second() const {
    return elapsed.count() == 0 ? 0.0 : static_cast<double>(connections) * 1e9 / static_cast<double>(elapsed.count());
  }
};

/// Throws LoadFailure if the run cannot be completed.
[[nodiscard]] ConnectResult run_connect(const ConnectPlan& plan, Clock& clock);

}  // namespace parley::bench
