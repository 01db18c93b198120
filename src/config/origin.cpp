// Origins as browsers send them (RFC 6454 §6.2; WHATWG URL, "host serializing"). The server compares texts, so a different spelling of the
// same origin would never match.
#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

#include "base/ascii.hpp"
#include "config/load_settings.hpp"

namespace parley::config {

namespace {

using Part = std::expected<std::string, std::string>;

std::unexpected<std::string> wrong(std::string advice) {
  return std::unexpected(std::move(advice));
}

std::unexpected<std::string> no_origin() {
  return wrong("must be an origin, scheme, host and port alone, as in https://app.example.org.");
}

bool is_scheme(std::string_view text) {
  return !text.empty() && is_letter(text.front()) &&
         std::ranges::all_of(text, [](char c) { return is_letter(c) || is_digit(c) || c == '+' || c == '-' || c == '.'; });
}

std::string hex(unsigned number) {
  std::array<char, 8> digits{};
  return {digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), number, 16).ptr};
}

/// Browsers write all of an IPv6 address in hexadecimal. inet_ntop writes the end of some addresses in decimal.
std::string ip6_text(const in6_addr& address) {
  std::array<char, INET6_ADDRSTRLEN> buffer{};
  inet_ntop(AF_INET6, &address, buffer.data(), buffer.size());
  std::string text = buffer.data();
  if (text.find('.') == std::string::npos) return text;
  const auto* bytes = address.s6_addr;
  text.resize(text.rfind(':') + 1);
  return text + hex(bytes[12] << 8u | bytes[13]) + ":" + hex(bytes[14] << 8u | bytes[15]);
}

Part ip6_host(const std::string& inside) {
  in6_addr address{};
  if (inet_pton(AF_INET6, inside.c_str(), &address) != 1) return wrong("must have an IPv6 address in brackets, as in http://[::1]:3000.");
  return "[" + ip6_text(address) + "]";
}

/// Browsers read a host whose last part is a number as an IPv4 address, in any old spelling. They write it as four numbers.
bool ends_in_number(std::string_view host) {
  if (host.ends_with('.')) host.remove_suffix(1);
  const auto last = host.substr(host.rfind('.') + 1);
  if (last.starts_with("0x")) return true;
  return !last.empty() && std::ranges::all_of(last, is_digit);
}

Part named_host(std::string host) {
  if (host.empty()) return no_origin();
  if (std::ranges::any_of(host, [](char c) { return static_cast<unsigned char>(c) >= 0x80 || c == '%'; })) {
    return wrong("must have its host in ASCII, as browsers send it: xn--bcher-kva.example for b\u00fccher.example.");
  }
  if (!std::ranges::all_of(host, [](char c) { return is_letter(c) || is_digit(c) || c == '-' || c == '.' || c == '_'; }))
    return no_origin();
  in_addr address{};
  if (ends_in_number(host) && inet_pton(AF_INET, host.c_str(), &address) != 1) {
    return wrong("must have an IPv4 address as four numbers, as in http://127.0.0.1:3000.");
  }
  return host;
}

/// The port with its colon; empty for the default port of the scheme.
Part port_part(std::string_view text, std::string_view scheme) {
  if (text.empty()) return "";
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size() || port == 0) return wrong("must have a port from 1 to 65535, or none.");
  if ((scheme == "http" && port == 80) || (scheme == "https" && port == 443)) return "";
  return ":" + std::to_string(port);
}

Part host_and_port(std::string_view authority, std::string_view scheme) {
  if (authority.find('@') != std::string_view::npos) return wrong("must be an origin. Leave out the name and the password before the @.");
  const bool bracketed = authority.starts_with('[');
  const auto host_end = bracketed ? authority.find(']') : authority.find(':');
  if (bracketed && host_end == std::string_view::npos) return ip6_host({});
  const auto host_text = authority.substr(0, host_end);
  auto rest = host_end == std::string_view::npos ? std::string_view{} : authority.substr(host_end + (bracketed ? 1 : 0));
  if (!rest.empty() && rest.front() != ':') return no_origin();
  if (!rest.empty()) rest.remove_prefix(1);
  if (!bracketed && rest.find(':') != std::string_view::npos) return ip6_host({});
  const bool of_the_web = scheme == "http" || scheme == "https";
  auto host =
      bracketed ? ip6_host(std::string(host_text.substr(1))) : named_host(of_the_web ? lower_case(host_text) : std::string(host_text));
  if (!host) return host;
  const auto port = port_part(rest, scheme);
  if (!port) return port;
  return *host + *port;
}

Part with_scheme(std::string scheme, std::string_view rest) {
  const auto authority_end = std::min(rest.find_first_of("/?#\\"), rest.size());
  const bool of_socket = scheme == "ws" || scheme == "wss";
  if (of_socket) scheme = scheme == "ws" ? "http" : "https";
  const auto authority = host_and_port(rest.substr(0, authority_end), scheme);
  if (!authority) return authority;
  auto origin = scheme + "://" + *authority;
  const auto path = rest.substr(authority_end);
  if (of_socket) return wrong("must be the origin of a page, not the address of a socket. Write " + origin + ".");
  if (!path.empty() && path != "/") return wrong("must be an origin, without a path. Write " + origin + ".");
  return origin;
}

}  // namespace

std::expected<std::string, std::string> parse_origin(std::string_view text) {
  const auto scheme_end = text.find("://");
  const auto scheme = lower_case(text.substr(0, scheme_end));
  if (scheme == "null" || scheme == "file") {
    return wrong(
        "has no address that could be allowed: all pages from files and in sandboxed frames have this origin. Serve the page by HTTP.");
  }
  if (text.find('*') != std::string_view::npos) return wrong("cannot have a wildcard. Name each origin, as in https://app.example.org.");
  if (text.find_first_of(", \t") != std::string_view::npos)
    return wrong("must be one origin. Give several one by one, and without spaces.");
  if (scheme_end == std::string_view::npos) {
    const auto guess = host_and_port(text, "https");
    return guess ? wrong("must be an origin, with its scheme. Write https://" + *guess + " or http://" + *guess + ".") : no_origin();
  }
  if (!is_scheme(scheme)) return no_origin();
  return with_scheme(scheme, text.substr(scheme_end + 3));
}

}  // namespace parley::config
