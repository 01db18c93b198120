// The interface for checking whether STUN and TURN servers work.
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

  /// Sends every server the request of a browser, to all at the same time. The reports have the order of the servers.
  ///
  /// Healthy  A STUN server answered a Binding request; a TURN server granted an Allocate with the credentials, and it was released.
  /// Times    Measured from the first sending of a request to its answer.
  /// Errors   Text in the report: a name that does not resolve, no server at the address, no answer in time, a transport that is not
  ///          checked, or the server's own error.
  /// Limits   limits::ice_servers_max servers. `done` runs at the latest shortly after limits::ice_check_timeout.
  /// Threads  Call on `loop`'s thread; `done` is posted there, once. Run one check at a time: call again only after `done`.
  using Done = std::move_only_function<void(std::vector<Report>)>;
  virtual void check(EventLoop& loop, std::vector<Server> servers, Done done) = 0;
};

}  // namespace parley::ice
