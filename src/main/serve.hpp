// Builds the server from its parts. `parley serve` and `parley demo` run it.
#pragma once

#include <functional>

#include "base/event_loop.hpp"
#include "base/result.hpp"
#include "config/settings.hpp"
#include "main/command.hpp"
#include "service/chat_service.hpp"

namespace parley::main {

/// Passed to `on_running` on the first loop, once the port is open.
struct Running {
  service::ChatService& service;
  EventLoop& loop;
  std::string address;
  std::uint16_t port = 0;
};

/// Serves until SIGTERM or SIGINT, then drains. Errors name what could not be opened or bound, and how to fix it.
[[nodiscard]] Result<void> serve(config::Settings settings, std::function<void(const Running&)> on_running);

/// `parley serve`.
int serve_command(Arguments arguments);

}  // namespace parley::main
