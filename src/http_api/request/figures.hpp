// Current figures: the only source of /metrics and of the admins' `monitoring/metrics`.
#pragma once

#include <chrono>
#include <cstdint>

#include "service/chat_service.hpp"

namespace parley::http_api {

struct Figures {
  service::ServiceCounts service;
  std::uint64_t requests_rate_limited = 0;  // answered 429, since the start
  std::uint64_t request_windows = 0;        // windows of request limiters now in memory
  std::uint64_t resident_bytes = 0;
  std::chrono::nanoseconds uptime{};

  /// Over both sockets and HTTP.
  [[nodiscard]] std::uint64_t rate_limited() const { return service.refused_rate_limited + requests_rate_limited; }
  [[nodiscard]] std::uint64_t rate_windows() const { return service.rate_windows + request_windows; }
};

}  // namespace parley::http_api
