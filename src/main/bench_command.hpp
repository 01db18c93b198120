// `parley bench relay|store|history|connect`: the load client (bench/load) from the command line.
#pragma once

namespace parley::main {

/// `argv[0]` is the word `bench`, what follows are its arguments. Prints one line, and JSON where `--json` says.
/// Returns 0 when every run was clean, 1 when what was seen is not what is stored or a request was refused, 2 when the run could not
/// be carried through or the arguments are wrong.
[[nodiscard]] int run_bench(int argc, char** argv);

}  // namespace parley::main
