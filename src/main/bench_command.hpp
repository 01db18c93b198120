// `parley bench relay|store|history|connect`: the load client (bench/load) from the command line.
#pragma once

namespace parley::main {

/// `argv[0]` is the word `bench`; its arguments follow. Prints one line, and JSON if `--json` is given. Returns 0 if every run was clean.
/// Returns 1 if the received messages differ from the stored ones or a request was refused. Returns 2 if a run could not be completed or
/// the arguments are wrong.
[[nodiscard]] int run_bench(int argc, char** argv);

}  // namespace parley::main
