#include "protocol/stun/ice_url.hpp"

#include <algorithm>
#include <charconv>

#include "base/ascii.hpp"
#include "base/limits.hpp"

namespace parley::protocol::stun {

namespace {

constexpr std::uint16_t default_port = 3478;
constexpr std::uint16_t default_tls_port = 5349;

/// A character of a name or address. The resolver finds out whether the host exists.
bool is_host_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
}
bool is_ipv6_character(char c) {
  return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'f') || c == ':' || c == '.';
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (failure != std::errc{} || end != text.data() + text.size() || port == 0) return std::nullopt;
  return port;
}

/// Cuts the host off the front of `text`; nothing when the text does not begin with a host.
std::optional<std::string> take_host(std::string_view& text) {
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    const std::string host(text.substr(1, end - 1));
    text.remove_prefix(end + 1);
    if (host.empty() || !std::ranges::all_of(host, is_ipv6_character)) return std::nullopt;
    return host;
  }
  const auto end = std::ranges::find_if_not(text, is_host_character);
  const std::string host(text.begin(), end);
  text.remove_prefix(host.size());
  if (host.empty()) return std::nullopt;
  return host;
}

/// Reads `stun:`, `stuns:`, `turn:` or `turns:` and cuts it off.
bool take_scheme(std::string_view& text, IceUrl& url) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return false;
  const auto scheme = lower_case(text.substr(0, colon));
  const bool is_tls = scheme == "stuns" || scheme == "turns";
  if (!is_tls && scheme != "stun" && scheme != "turn") return false;
  url.kind = scheme.starts_with("turn") ? IceUrl::Kind::turn : IceUrl::Kind::stun;
  url.transport = is_tls ? IceUrl::Transport::tls : IceUrl::Transport::udp;
  url.port = is_tls ? default_tls_port : default_port;
  text.remove_prefix(colon + 1);
  return true;
}

/// Reads `?transport=`, which only TURN has. Over TLS, `tcp` changes nothing, and `udp` would be DTLS.
bool read_transport(std::string_view query, IceUrl& url) {
  if (query.empty()) return true;
  const auto text = lower_case(query);
  if (url.kind != IceUrl::Kind::turn || (text != "?transport=udp" && text != "?transport=tcp")) return false;
  if (url.transport == IceUrl::Transport::udp && text == "?transport=tcp") url.transport = IceUrl::Transport::tcp;
  return true;
}

}  // namespace

std::optional<IceUrl> parse_ice_url(std::string_view text) {
  IceUrl url;
  if (text.size() > limits::ice_url_bytes_max || !take_scheme(text, url)) return std::nullopt;
  auto host = take_host(text);
  if (!host) return std::nullopt;
  url.host = *std::move(host);
  const auto query = text.find('?');
  const auto port_text = text.substr(0, query);
  if (!port_text.empty()) {
    const auto port = port_text.starts_with(':') ? parse_port(port_text.substr(1)) : std::nullopt;
    if (!port) return std::nullopt;
    url.port = *port;
  }
  if (!read_transport(query == std::string_view::npos ? std::string_view() : text.substr(query), url)) return std::nullopt;
  return url;
}

}  // namespace parley::protocol::stun
