// The server under load: one address, known before the measurement starts.
#pragma once

#include <cstdint>
#include <string>

namespace parley::bench {

struct Endpoint {
  std::string address = "127.0.0.1";  // a numeric IPv4 address: name lookups must not be measured
  std::uint16_t port = 3000;

  [[nodiscard]] std::string to_string() const { return address + ':' + std::to_string(port); }
};

}  // namespace parley::bench
