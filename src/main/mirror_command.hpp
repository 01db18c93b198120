// `parley mirror`: writes the parts of the log that other software reads to a database again (docs/operations/mongodb.md).
#pragma once

#include "main/command.hpp"

namespace parley::main {

int mirror_command(Arguments arguments);

}  // namespace parley::main
