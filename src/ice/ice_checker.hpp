// The port to whoever finds out whether STUN and TURN servers work.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/event_loop.hpp"

namespace parley::ice {

struct Server {
  std::string url;         // `stun:host:port`, `turn:host:port?transport=udp`, …
  std::string username;    // turn
  std::string credential;  // turn
};

struct Report {
  bool healthy = false;
  std::optional<std::chrono::nanoseconds> response_time;  // nothing: not measured
  std::string error;                                      // empty: healthy
};

class IceChecker {
 public:
  virtual ~IceChecker() = default;

  /// Asks every server what a browser would ask it, all at the same time, and gives the reports in their order.
  ///
  /// Healthy  A STUN server answered a Binding; a TURN server granted an Allocate under the credentials, which was given back.
  /// Times    Measured, never made up: from the first sending of a request to its answer.
  /// Errors   Are text in the report: a name that does not resolve, nobody there, no answer in time, a transport that is not checked, the
  ///          server's own error.
  /// Limits   limits::ice_servers_max servers; `done` runs after limits::ice_check_timeout and little more at the latest.
  /// Threads  Call on `loop`'s thread; `done` is posted there, once. One check at a time: call again after `done`.
  using Done = std::move_only_function<void(std::vector<Report>)>;
  virtual void check(EventLoop& loop, std::vector<Server> servers, Done done) = 0;
};

}  // namespace parley::ice
