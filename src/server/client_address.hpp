// Who the client is when proxies stand in between: X-Forwarded-For is believed only from proxies that the deployment names.
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
  /// `10.0.0.0/8`, `::1/128` or a bare address. The error names what cannot be read.
  [[nodiscard]] static std::expected<TrustedProxies, std::string> parse(std::span<const std::string> networks);

  [[nodiscard]] bool is_proxy(std::string_view peer) const;
  /// The textual address of the client. From a trusted peer: the last address of X-Forwarded-For that is no trusted proxy itself;
  /// what lies before it was written by strangers. An entry may have a port. A list that cannot be read ends the search at the last good
  /// one.
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
