// Finds the client's address when there are proxies in between: X-Forwarded-For counts only from proxies that the deployment names.
#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/http/http_handler.hpp"

namespace parley::server {

/// An address in its IPv6 form; IPv4 is mapped into it.
using AddressBytes = std::array<std::uint8_t, 16>;
[[nodiscard]] std::optional<AddressBytes> parse_address(std::string_view text);

class TrustedProxies {
 public:
  TrustedProxies() = default;
  /// Reads `10.0.0.0/8`, `::1/128` or a bare address. The error names the network that cannot be read.
  [[nodiscard]] static std::expected<TrustedProxies, std::string> parse(std::span<const std::string> networks);

  [[nodiscard]] bool is_proxy(std::string_view peer) const;
  /// The textual address of the client. From a trusted peer it is the last address of X-Forwarded-For that is not a trusted proxy; clients
  /// can forge everything before it. An entry may have a port. The search ends at the first entry, from the right, that cannot be read; the
  /// result is then the last good address.
  [[nodiscard]] std::string client_of(const std::string& peer, const protocol::http::Request& request) const;

 private:
  struct Network {
    AddressBytes address;
    unsigned prefix_bits;  // of the IPv6 form
  };
  [[nodiscard]] bool trusts(const AddressBytes& address) const;

  std::vector<Network> networks_;
};

}  // namespace parley::server
