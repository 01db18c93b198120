// `parley token`: makes a token for trying things.
#pragma once

#include "main/command.hpp"

namespace parley::main {

int token_command(Arguments arguments);
/// Its own, without the settings.
[[nodiscard]] std::vector<config::Flag> token_flags();

}  // namespace parley::main
