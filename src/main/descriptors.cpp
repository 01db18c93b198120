#include "main/descriptors.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <string>

#include "base/limits.hpp"

namespace parley::main {

namespace {

/// A limit of 0 is off, so the result has no upper bound.
std::size_t at_least(std::size_t bound, std::size_t of_contract, std::size_t times) {
  return of_contract == 0 ? SIZE_MAX : std::max(bound, of_contract * times);
}

}  // namespace

std::size_t raise_descriptor_limit() {
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0) return limits::descriptors_reserved * 2;
  const rlimit raised{files.rlim_max, files.rlim_max};
  if (setrlimit(RLIMIT_NOFILE, &raised) == 0) return raised.rlim_cur;
  return files.rlim_cur;
}

void share_descriptors(config::Settings& settings, std::size_t descriptors, LogSink& logs) {
  auto& server = settings.server;
  const auto& service = settings.service;
  const std::size_t reserved = std::min(limits::descriptors_reserved, descriptors / 2);
  server.sockets_max = descriptors - reserved;
  server.strangers_max = std::min(server.strangers_max, server.sockets_max / 2);
  server.strangers_per_address_max = at_least(server.strangers_per_address_max, service.connections_per_address_max, 4);
  server.handshakes_per_address_max = at_least(server.handshakes_per_address_max, service.connections_per_address_max, 2);
  const std::size_t wanted = service.connections_total_max + server.strangers_max;
  if (wanted <= server.sockets_max) return;
  logs.write(LogLevel::warning, "main",
             "the limit of open files is low for the connections allowed; raise it (ulimit -Hn, or LimitNOFILE= in systemd)",
             {{"open_files", std::to_string(descriptors)},
              {"for_the_store", std::to_string(reserved)},
              {"for_connections", std::to_string(server.sockets_max)},
              {"allowed_connections", std::to_string(service.connections_total_max)}});
}

}  // namespace parley::main
