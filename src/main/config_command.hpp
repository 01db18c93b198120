// `parley config`: prints every setting with its effective value and its source.
#pragma once

#include "main/command.hpp"

namespace parley::main {

int config_command(Arguments arguments);

}  // namespace parley::main
