// Parses addresses in settings, so that a mistake is refused at start and does not fail later.
#include <arpa/inet.h>

#include <charconv>

#include "config/load_settings.hpp"

namespace parley::config {

namespace {

std::optional<unsigned> parse_number(std::string_view text, unsigned largest) {
  unsigned number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number > largest) return std::nullopt;
  return number;
}

enum class Family { none, four, six };

Family family_of(const std::string& address) {
  in6_addr bytes{};
  if (inet_pton(AF_INET, address.c_str(), &bytes) == 1) return Family::four;
  return inet_pton(AF_INET6, address.c_str(), &bytes) == 1 ? Family::six : Family::none;
}

}  // namespace

std::optional<ListenAddress> parse_listen(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto port = parse_number(text.substr(colon + 1), 65'535);
  auto host = text.substr(0, colon);
  const bool bracketed = host.starts_with('[') && host.ends_with(']');
  if (bracketed) host = host.substr(1, host.size() - 2);
  std::string address(host);
  if (address == "localhost" && port) return ListenAddress{std::move(address), static_cast<std::uint16_t>(*port)};
  const auto family = family_of(address);
  if (!port || family == Family::none || bracketed != (family == Family::six)) return std::nullopt;
  return ListenAddress{std::move(address), static_cast<std::uint16_t>(*port)};
}

std::optional<std::string> parse_cidr(std::string_view text) {
  const auto slash = text.find('/');
  std::string address(text.substr(0, slash));
  const auto family = family_of(address);
  if (family == Family::none) return std::nullopt;
  const unsigned bits = family == Family::four ? 32 : 128;
  const auto prefix = slash == std::string_view::npos ? std::optional(bits) : parse_number(text.substr(slash + 1), bits);
  if (!prefix) return std::nullopt;
  return address + "/" + std::to_string(*prefix);
}

}  // namespace parley::config
