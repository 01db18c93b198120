// The URLs of ICE servers: `stun:host[:port]`, `stuns:`, `turn:host[:port][?transport=udp|tcp]`, `turns:` (RFC 7064 §3.1, RFC 7065 §3.1).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace parley::protocol::stun {

struct IceUrl {
  enum class Kind : std::uint8_t { stun, turn } kind = Kind::stun;
  enum class Transport : std::uint8_t { udp, tcp, tls } transport = Transport::udp;
  std::string host;        // a name, or an address without brackets
  std::uint16_t port = 0;  // as given; otherwise 3478, or 5349 over TLS
};

/// Nothing when the text is not such a URL. Schemes and transports in either case; at most limits::ice_url_bytes_max bytes.
[[nodiscard]] std::optional<IceUrl> parse_ice_url(std::string_view url);

}  // namespace parley::protocol::stun
