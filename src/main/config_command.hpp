// `parley config`: every setting with its value in force and where that came from.
#pragma once

#include "main/command.hpp"

namespace parley::main {

int config_command(Arguments arguments);

}  // namespace parley::main
