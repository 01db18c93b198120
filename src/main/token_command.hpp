// `parley token`: makes a token for trials.
#pragma once

#include "main/command.hpp"

namespace parley::main {

int token_command(Arguments arguments);
/// The flags of this command, without the settings.
[[nodiscard]] std::vector<config::Flag> token_flags();

}  // namespace parley::main
