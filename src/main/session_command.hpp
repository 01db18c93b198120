// `parley session`: creates a session in a running server, over REST, as anyone would.
#pragma once

#include "main/command.hpp"

namespace parley::main {

int session_command(Arguments arguments);
/// Its own, without the settings.
[[nodiscard]] std::vector<config::Flag> session_flags();

}  // namespace parley::main
