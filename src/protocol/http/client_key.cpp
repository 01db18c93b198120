#include "protocol/http/client_key.hpp"

#include <arpa/inet.h>

#include "base/bytes.hpp"

namespace parley::protocol::http {

std::string client_key(std::string_view remote_address) {
  const std::string text(remote_address.substr(0, remote_address.find('%')));  // a link-local address may name its interface
  in6_addr address{};
  if (inet_pton(AF_INET6, text.c_str(), &address) != 1) return text;
  constexpr std::size_t prefix_bytes = 56 / 8;
  return to_hex({reinterpret_cast<const char*>(address.s6_addr), prefix_bytes});
}

}  // namespace parley::protocol::http
