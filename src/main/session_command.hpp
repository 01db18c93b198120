// `parley session`: creates a session in a running server over REST, like any other client.
#pragma once

#include "main/command.hpp"

namespace parley::main {

int session_command(Arguments arguments);
/// The flags of this command, without the settings.
[[nodiscard]] std::vector<config::Flag> session_flags();

}  // namespace parley::main
