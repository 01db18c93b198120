// `parley token`: makes a token for trying things.
#pragma once

#include "main/command.hpp"

namespace parley::main {

int token_command(Arguments arguments);

}  // namespace parley::main
