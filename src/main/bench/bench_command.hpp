// `parley bench relay|store|history|connect`: the load client (bench/load) from the command line.
#pragma once

#include "main/command.hpp"

namespace parley::main {

/// Prints one line, and JSON if `--json` is given. Returns 0 if every run was clean. Returns 1 if the received messages differ from the
/// stored ones or a request was refused. Returns 2 if a run could not be completed or the arguments are wrong.
[[nodiscard]] int bench_command(Arguments arguments);

/// Prints the help of the workload that the first word names, or of all.
int bench_help(Arguments arguments);

}  // namespace parley::main
