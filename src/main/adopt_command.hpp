// `parley adopt`: takes everything that an earlier server wrote to a database into the log, at once (docs/guide/adopting.md).
#pragma once

#include "main/command.hpp"

namespace parley::main {

int adopt_command(Arguments arguments);

}  // namespace parley::main
