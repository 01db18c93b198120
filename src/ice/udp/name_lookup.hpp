// Resolves names to addresses. Each name has its own thread, because the system's resolver blocks and cannot be cancelled.
//
// The thread is detached. It may outlive the check and the stop of the server by the resolver's own timeout (seconds). It uses only the
// state that it shares with the NameLookup. At most limits::ice_servers_max such threads exist at a time.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace parley::ice {

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
};

struct LookupResult {
  std::vector<SocketAddress> addresses;  // for UDP, in the system's order of preference
  std::string error;                     // from the resolver, if there are no addresses
};

class NameLookup {
 public:
  /// `on_found` runs when the result is available, unless the lookup is destroyed. For a numeric address it runs inside start().
  static std::unique_ptr<NameLookup> start(const std::string& host, std::uint16_t port, std::function<void()> on_found);
  ~NameLookup();
  NameLookup(const NameLookup&) = delete;
  NameLookup& operator=(const NameLookup&) = delete;

  /// Returns the result, once.
  [[nodiscard]] std::optional<LookupResult> take();

 private:
  struct Shared;
  explicit NameLookup(std::shared_ptr<Shared> shared) : shared_(std::move(shared)) {}

  std::shared_ptr<Shared> shared_;
};

}  // namespace parley::ice
