// The server under load: one address that is known before anything is measured.
#pragma once

#include <cstdint>
#include <string>

namespace parley::bench {

struct Endpoint {
  std::string address = "127.0.0.1";  // a numeric IPv4 address: looking names up is no part of what is measured
  std::uint16_t port = 3000;

  [[nodiscard]] std::string to_string() const { return address + ':' + std::to_string(port); }
};

}  // namespace parley::bench
