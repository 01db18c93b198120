// The workloads of `parley bench`: runs each as its options say, and prints the report.
#pragma once

#include "main/bench/bench_options.hpp"

namespace parley::main {

/// Prints one line, and the JSON report if it is asked for. Returns 0 if every run was clean; 1 if the received messages differ from the
/// stored ones or a request was refused. Throws LoadFailure if a run cannot be completed.
[[nodiscard]] int measure(RelayOptions options);
[[nodiscard]] int measure(StoreOptions options);
[[nodiscard]] int measure(HistoryOptions options);
[[nodiscard]] int measure(EntriesOptions options);
[[nodiscard]] int measure(ConnectOptions options);
/// When everything is stored it prints `stored` and waits for a line on standard input: then the server may have been started again.
[[nodiscard]] int measure(ResumeOptions options);

}  // namespace parley::main
