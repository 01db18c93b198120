// `parley adopt`: takes everything that an earlier server wrote to a database into the log, in one run (docs/guide/adopting.md).
#pragma once

#include <vector>

#include "config/flags.hpp"
#include "main/command.hpp"

namespace parley::main {

/// The flags of this command, without the settings.
[[nodiscard]] std::vector<config::Flag> adopt_flags();
int adopt_command(Arguments arguments);

}  // namespace parley::main
