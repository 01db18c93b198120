#include "server/shared/client_address.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

#include "base/assert.hpp"

namespace parley::server {

namespace {

constexpr unsigned mapped_bits = 96;

bool is_mapped(const AddressBytes& address) {
  static constexpr AddressBytes mapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
  return std::equal(address.begin(), address.begin() + 12, mapped.begin());
}

std::string to_text(const AddressBytes& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (is_mapped(address)) {
    inet_ntop(AF_INET, address.data() + 12, text.data(), text.size());
  } else {
    inet_ntop(AF_INET6, address.data(), text.data(), text.size());
  }
  return text.data();
}

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool is_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc{} && end == text.data() + text.size();
}

/// Parses an entry of X-Forwarded-For. Proxies write the bare address; some add the port, brackets or quotes of the header `Forwarded` (RFC
/// 7239 §6): `192.0.2.1:51234`, `[2001:db8::7]`, `"[2001:db8::7]:51234"`.
std::optional<AddressBytes> parse_entry(std::string_view text) {
  if (text.size() >= 2 && text.starts_with('"') && text.ends_with('"')) text = text.substr(1, text.size() - 2);
  const auto colon = text.find(':');
  if (text.starts_with('[')) {
    const auto bracket = text.find(']');
    if (bracket == std::string_view::npos || colon > bracket) return std::nullopt;
    const auto rest = text.substr(bracket + 1);
    if (!rest.empty() && !(rest.starts_with(':') && is_port(rest.substr(1)))) return std::nullopt;
    return parse_address(text.substr(1, bracket - 1));
  }
  const bool has_port = colon != std::string_view::npos && text.find(':', colon + 1) == std::string_view::npos;
  if (!has_port) return parse_address(text);
  return is_port(text.substr(colon + 1)) ? parse_address(text.substr(0, colon)) : std::nullopt;
}

}  // namespace

std::optional<AddressBytes> parse_address(std::string_view text) {
  AddressBytes bytes{};
  const std::string copy(text);
  if (inet_pton(AF_INET6, copy.c_str(), bytes.data()) == 1) return bytes;
  bytes = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
  if (inet_pton(AF_INET, copy.c_str(), bytes.data() + 12) == 1) return bytes;
  return std::nullopt;
}

std::expected<TrustedProxies, std::string> TrustedProxies::parse(std::span<const std::string> networks) {
  TrustedProxies result;
  for (const std::string& text : networks) {
    const auto slash = text.find('/');
    const auto address = parse_address(text.substr(0, slash));
    const bool four = text.find(':') == std::string::npos;
    unsigned bits = four ? 32 : 128;
    bool good = address.has_value();
    if (slash != std::string::npos) {
      const char* end = text.data() + text.size();
      const unsigned bits_max = bits;
      const auto read = std::from_chars(text.data() + slash + 1, end, bits);
      good = good && read.ec == std::errc{} && read.ptr == end && bits <= bits_max;
    }
    if (!good) return std::unexpected("trusted proxy '" + text + "' is no address or network; write for example 10.0.0.0/8 or ::1/128");
    result.networks_.push_back({*address, four ? mapped_bits + bits : bits});
  }
  return result;
}

bool TrustedProxies::is_proxy(std::string_view peer) const {
  const auto address = parse_address(peer);
  return address && trusts(*address);
}

bool TrustedProxies::trusts(const AddressBytes& address) const {
  return std::any_of(networks_.begin(), networks_.end(), [&](const Network& network) {
    const unsigned whole = network.prefix_bits / 8;
    if (!std::equal(address.begin(), address.begin() + whole, network.address.begin())) return false;
    const unsigned rest = network.prefix_bits % 8;
    return rest == 0 || (address[whole] >> (8 - rest)) == (network.address[whole] >> (8 - rest));
  });
}

std::string TrustedProxies::client_of(const std::string& peer, const protocol::http::Request& request) const {
  if (networks_.empty()) return peer;
  auto client = parse_address(peer);
  if (!client || !trusts(*client)) return peer;
  const std::string list = request.joined("X-Forwarded-For", ",").value_or("");
  std::string_view rest = list;
  while (trusts(*client) && !rest.empty()) {
    const auto comma = rest.rfind(',');
    const auto entry = trim(comma == std::string_view::npos ? rest : rest.substr(comma + 1));
    rest = comma == std::string_view::npos ? std::string_view() : rest.substr(0, comma);
    if (entry.empty()) continue;  // RFC 9110 §5.6.1.2: empty list elements do not count
    const auto named = parse_entry(entry);
    if (!named) break;
    client = named;
  }
  return to_text(*client);
}

}  // namespace parley::server
