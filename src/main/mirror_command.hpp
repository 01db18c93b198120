// `parley mirror`: writes what other software reads of the log to a database again (docs/operations/mongodb.md).
#pragma once

#include "main/command.hpp"

namespace parley::main {

int mirror_command(Arguments arguments);

}  // namespace parley::main
