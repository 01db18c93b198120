// The parts that both floors share: a listening socket on 127.0.0.1, and a main function with a port.
#pragma once

#include <cstdint>
#include <functional>

namespace parley::bench_floor {

/// A socket that does not block. Throws std::runtime_error.
[[nodiscard]] int listen_on(std::uint16_t port);

/// Calls `serve` with the port that is the only argument of the program. Returns its exit status.
[[nodiscard]] int run_on_port(int argc, char** argv, const std::function<void(std::uint16_t)>& serve);

}  // namespace parley::bench_floor
