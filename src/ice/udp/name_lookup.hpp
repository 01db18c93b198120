// Names to addresses, on a thread of its own for each name, because the system's resolver blocks and cannot be cancelled.
//
// Such a thread is detached: it may outlive the check that asked and the server's stop by the resolver's own timeout (seconds), and
// touches nothing but what it shares with the Lookup. At most limits::ice_servers_max of them are there at a time.
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
  std::string error;                     // of the resolver, when there are none
};

class NameLookup {
 public:
  /// `on_found` is called on another thread once the result is there, unless the lookup is gone by then. An address needs no thread.
  static std::unique_ptr<NameLookup> start(const std::string& host, std::uint16_t port, std::function<void()> on_found);
  ~NameLookup();
  NameLookup(const NameLookup&) = delete;
  NameLookup& operator=(const NameLookup&) = delete;

  /// The result, once.
  [[nodiscard]] std::optional<LookupResult> take();

 private:
  struct Shared;
  explicit NameLookup(std::shared_ptr<Shared> shared) : shared_(std::move(shared)) {}

  std::shared_ptr<Shared> shared_;
};

}  // namespace parley::ice
