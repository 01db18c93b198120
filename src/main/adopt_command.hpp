// `parley adopt`: takes everything that an earlier server wrote to a database into the log, at once (docs/guide/adopting.md).
#pragma once

#include <vector>

#include "config/flags.hpp"
#include "main/command.hpp"

namespace parley::main {

/// Those of its own.
[[nodiscard]] std::vector<config::Flag> adopt_flags();
int adopt_command(Arguments arguments);

}  // namespace parley::main
