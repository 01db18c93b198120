// The settings of a deployment for sockets. `config` fills them; the defaults are those of the contract (docs/api-contract.md §6.1).
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "base/limits.hpp"

namespace parley::server {

struct EngineioConfig {
  std::string path = "/socket.io/";
  std::chrono::milliseconds ping_interval = limits::ping_interval;
  std::chrono::milliseconds ping_timeout = limits::ping_timeout;
  std::chrono::milliseconds upgrade_timeout = limits::upgrade_timeout;
  std::chrono::milliseconds connect_timeout = limits::connect_timeout;  // for a Socket.IO CONNECT; not used by bare Engine.IO
  std::size_t payload_bytes_max = limits::payload_bytes_max;
  std::vector<std::string> namespaces = {"/"};
  std::vector<std::string> cors_origins;  // a foreign origin is not refused, but gets no allow header
};

/// Settings of a handler for bare WebSocket.
struct WebsocketConfig {
  std::size_t message_bytes_max = limits::frame_bytes_max;
  std::size_t outbound_queue_bytes_max = limits::outbound_queue_bytes_max;
};

struct ServerConfig {
  std::string address = "127.0.0.1";         // numeric; `localhost`: 127.0.0.1 and, where there is one, ::1
  std::uint16_t port = 3000;                 // 0: the system picks one
  std::size_t event_loops = 0;               // 0: one per core
  std::vector<std::string> trusted_proxies;  // CIDR; X-Forwarded-For counts from these only
  // Admission (docs/adr/0016)
  std::size_t sockets_max = SIZE_MAX;  // accepted connections of all clients: as many as the descriptors allow
  std::size_t strangers_max = limits::strangers_max;
  std::size_t strangers_per_address_max = limits::strangers_per_address_max;
  std::size_t handshakes_max = limits::handshakes_max;
  std::size_t handshakes_per_address_max = limits::handshakes_per_address_max;
  std::chrono::milliseconds handshake_grace = limits::handshake_grace;
  std::size_t held_bytes_max = limits::held_bytes_max;
  std::size_t http_body_bytes_max = limits::http_body_bytes_max;
  std::chrono::milliseconds http_request_timeout = limits::http_request_timeout;
  std::chrono::milliseconds http_idle_timeout = limits::http_idle_timeout;
  EngineioConfig engineio;
};

}  // namespace parley::server
